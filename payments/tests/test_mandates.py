"""Mandates from the draft to the end: what is signed, what becomes usable, what its holder is told."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from pytest_django.fixtures import Settings

from accounts.models import Customer
from accounts.services import set_seller
from core.clock import at_noon, local_date
from outbox.models import Job, Message
from payments import checks
from payments.consents import CONSENTS, SEPA, SEPA_B2B
from payments.iban import BadAccount
from payments.models import Mandate, MandateState, MethodState, Reason, Scheme, SignedHow
from payments.selectors import history_of_mandate, methods_of, months_after, usable_methods
from payments.services import TooManyTopUps
from payments.services import mandates as verbs
from payments.services.mandates import AlreadyInForce, CannotPrepare, NotSignable
from payments.services.mandates.proof import signed_text
from payments.tests.mandate_desk import AGRICOLE, BNP, COMMERZBANK, MandateDesk, method_of
from payments.tests.refund_desk import staff
from tests.support.cast import make_company, make_town_hall


def mails() -> list[str]:
    return list(Message.objects.filter(kind__startswith="mandate.").order_by("pk").values_list("kind", flat=True))


def everything_holds() -> bool:
    return all(check.ok for check in (*checks.mandates(), *checks.saved_methods()))


# --- Preparing --------------------------------------------------------------------------------------------------------
def test_a_draft_has_the_words_of_both_sides_and_a_reference_of_the_customer(mandates: MandateDesk) -> None:
    draft = mandates.prepare()

    assert draft.reference == f"{mandates.customer.number}-001"
    assert (draft.ics, draft.creditor_name) == ("FR53ZZZ999999", "Hébergeur SARL")
    assert draft.creditor_address == "12 rue des Filatures\n69001 Lyon\nFrance"
    assert (draft.debtor_name, draft.debtor_address) == ("Claire Martin", "3 rue des Lilas\n69003 Lyon\nFrance")
    assert (draft.bank_name, draft.bic, draft.shown_iban) == ("BNP PARIBAS", "BNPAFRPP", "FR76 •••• 0143")
    assert not methods_of(mandates.customer)


def test_the_same_account_again_is_the_same_draft_and_another_gives_it_up(mandates: MandateDesk) -> None:
    first = mandates.prepare()
    assert mandates.prepare() == first

    second = mandates.prepare(AGRICOLE)
    first.refresh_from_db()

    assert (first.state, first.iban, first.iban_index) == (MandateState.ABANDONED, None, "")
    assert second.reference.endswith("-002")


@pytest.mark.parametrize("why", ["PUBLIC", "NOT_A_COMPANY", "NO_ADDRESS", "NO_ICS"])
def test_who_cannot_be_debited_cannot_prepare(mandates: MandateDesk, why: str) -> None:
    scheme = Scheme.CORE
    if why == "PUBLIC":
        mandates = mandates.of(make_town_hall(mandates.at))
    elif why == "NOT_A_COMPANY":
        scheme = Scheme.B2B
    elif why == "NO_ADDRESS":
        mandates.customer.address_line1 = ""
    else:
        set_seller({"ics": ""}, at=mandates.at)

    with pytest.raises(CannotPrepare) as refusal:
        mandates.prepare(scheme=scheme)

    assert refusal.value.why == why


def test_the_creditor_identifier_of_the_environment_goes_first(mandates: MandateDesk, settings: Settings) -> None:
    settings.SEPA_ICS = "FR72ZZZ123456"

    assert mandates.prepare().ics == "FR72ZZZ123456"


def test_account_numbers_are_checked_so_many_times_an_hour(mandates: MandateDesk, settings: Settings) -> None:
    settings.IBAN_CHECKS_PER_HOUR = 2
    moments = [mandates.at + timedelta(seconds=each) for each in range(4)]
    verbs.check_account(mandates.customer, BNP, at=moments[0])
    with pytest.raises(BadAccount):
        verbs.check_account(mandates.customer, "nonsense", at=moments[1])

    with pytest.raises(TooManyTopUps):
        verbs.check_account(mandates.customer, BNP, at=moments[2])

    assert verbs.check_account(mandates.customer, BNP, at=mandates.at + timedelta(hours=2)).iban == BNP


def test_our_own_account_is_refused(mandates: MandateDesk) -> None:
    set_seller({"iban": AGRICOLE}, at=mandates.at)

    with pytest.raises(BadAccount) as refusal:
        verbs.check_account(mandates.customer, AGRICOLE, at=mandates.at)

    assert refusal.value.code == "ours"


def test_another_customer_with_the_same_account_changes_nothing(mandates: MandateDesk) -> None:
    mandates.of(make_company(mandates.at)).sign()

    assert mandates.sign().state == MandateState.ACTIVE


# --- Signing ----------------------------------------------------------------------------------------------------------
def test_a_signature_online_keeps_its_proof_and_makes_the_account_usable(mandates: MandateDesk) -> None:
    signed = mandates.sign()
    method = method_of(signed)

    assert (signed.state, signed.signed_how, signed.signed_on) == (
        MandateState.ACTIVE,
        SignedHow.ONLINE,
        local_date(mandates.at),
    )
    assert (signed.consent_address, signed.consent_agent, signed.consent_at) == ("192.0.2.7", "Firefox", mandates.at)
    assert signed.consent is not None
    assert "Hébergeur SARL à envoyer des instructions à votre banque" in signed.consent.text
    assert (method.state, method.is_default, method.title) == (MethodState.ACTIVE, True, "BNP PARIBAS •• 0143")
    assert (method.object_id, method.fingerprint) == (signed.reference, signed.iban_index)
    assert mails() == ["mandate.signed"]
    assert Job.objects.filter(kind="payments.print_mandate").count() == 1
    assert everything_holds()


def test_the_hash_covers_the_words_and_the_account_without_telling_it(mandates: MandateDesk) -> None:
    signed = mandates.sign()
    assert signed.consent is not None
    text = signed_text(signed, signed.consent.text)

    assert BNP not in text
    for word in (signed.reference, signed.ics, signed.iban_index, "Claire Martin", "8 semaines"):
        assert word in text


def test_the_words_of_the_law_are_those_of_the_schemes() -> None:
    core, b2b = CONSENTS[SEPA], CONSENTS[SEPA_B2B]

    assert core["fr"].startswith("En signant ce formulaire de mandat, vous autorisez (A) {seller} à envoyer")
    assert core["en"].startswith("By signing this mandate form, you authorise (A) {seller} to send instructions")
    assert "dans les 8 semaines suivant la date de débit de votre compte pour un prélèvement autorisé." in core["fr"]
    assert "within 8 weeks starting from the date on which your account was debited." in core["en"]
    assert "8 semaines" not in b2b["fr"]
    assert "not entitled to a refund" in b2b["en"]


def test_signing_twice_is_once(mandates: MandateDesk) -> None:
    draft = mandates.prepare()

    assert mandates.agree(draft) == mandates.agree(draft)

    assert methods_of(mandates.customer).count() == 1
    assert mails() == ["mandate.signed"]


def test_the_same_account_signed_by_another_form_meanwhile_is_that_mandate(mandates: MandateDesk) -> None:
    printed = mandates.prepare(on_paper=True)
    online = mandates.sign()

    entered = mandates.enter(printed, local_date(mandates.at), staff("fanny"))

    printed.refresh_from_db()
    assert (entered, printed.state) == (online, MandateState.ABANDONED)
    assert everything_holds()


def test_an_account_in_force_is_not_prepared_again(mandates: MandateDesk) -> None:
    signed = mandates.sign()

    with pytest.raises(AlreadyInForce) as refusal:
        mandates.prepare()

    assert refusal.value.mandate == signed


def test_what_was_given_up_or_has_other_words_now_cannot_be_signed(mandates: MandateDesk) -> None:
    given_up = mandates.prepare()
    draft = mandates.prepare(AGRICOLE)
    with pytest.raises(NotSignable, match="ENDED"):
        mandates.agree(given_up)

    set_seller({"ics": "FR72ZZZ123456"}, at=mandates.at)

    with pytest.raises(NotSignable, match="CHANGED"):
        mandates.agree(draft)


def test_a_form_signed_by_hand_is_entered_by_staff_later(mandates: MandateDesk) -> None:
    fanny = staff("fanny")
    printed = mandates.prepare(on_paper=True)
    today = local_date(mandates.at)
    with pytest.raises(NotSignable, match="FUTURE"):
        mandates.enter(printed, today + timedelta(days=4), fanny, later=timedelta(days=3))
    with pytest.raises(NotSignable, match="BEFORE_FORM"):
        mandates.enter(printed, today - timedelta(days=1), fanny)

    entered = mandates.enter(printed, today + timedelta(days=2), fanny, later=timedelta(days=3))

    assert (entered.signed_how, entered.signed_on, entered.signed_at_place, entered.actor) == (
        SignedHow.PAPER,
        today + timedelta(days=2),
        "Lyon",
        fanny,
    )
    assert entered.consent_address is None
    assert usable_methods(mandates.customer).get() == method_of(entered)
    assert everything_holds()


# --- Another account in place of one ----------------------------------------------------------------------------------
def test_an_amendment_is_a_new_mandate_that_takes_the_place_of_the_old_one(mandates: MandateDesk) -> None:
    from payments.services.methods import rename

    before = mandates.sign()
    other = mandates.sign(COMMERZBANK)
    rename(method_of(before).pk, "Compte courant", at=mandates.at)

    after = mandates.sign(AGRICOLE, replaces=Mandate.objects.get(pk=before.pk))

    before.refresh_from_db()
    old, new = method_of(before), method_of(after)
    assert (before.state, before.reason) == (MandateState.REPLACED, after.reference)
    assert (old.state, old.reason) == (MethodState.REMOVED, Reason.REPLACED)
    assert (new.label, new.is_default, new.position) == ("Compte courant", True, old.position)
    assert list(usable_methods(mandates.customer)) == [new, method_of(other)]
    assert "Il remplace le mandat" in Message.objects.latest("pk").text
    assert everything_holds()


def test_the_same_account_under_another_name_is_an_amendment_too(mandates: MandateDesk) -> None:
    before = mandates.sign()

    after = mandates.sign(BNP, holder="Claire Martin-Leroy", replaces=before)

    before.refresh_from_db()
    assert (before.state, after.state) == (MandateState.REPLACED, MandateState.ACTIVE)
    assert everything_holds()


# --- Business to business ---------------------------------------------------------------------------------------------
def test_a_b2b_mandate_may_be_used_once_the_bank_has_registered_it(mandates: MandateDesk) -> None:
    company = mandates.of(make_company(mandates.at))
    signed = company.sign_b2b()
    method = method_of(signed)
    assert signed.awaits_bank
    assert (method.state, method.reason, method.is_default) == (MethodState.UNUSABLE, Reason.REGISTER, False)
    assert "remettez-le à votre banque" in Message.objects.latest("pk").text

    for _ in range(2):
        verbs.confirm_registration(signed.pk, local_date(mandates.at), at=mandates.at)

    method.refresh_from_db()
    assert (method.state, method.is_default) == (MethodState.ACTIVE, True)
    assert [each.name for each in history_of_mandate(signed)] == ["prepared", "signed", "registered by the bank"]
    assert everything_holds()


# --- The end ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("to", "state", "reason", "mail"),
    [
        (MandateState.REVOKED, MethodState.REMOVED, Reason.ASKED, "mandate.revoked"),
        (MandateState.REFUSED, MethodState.UNUSABLE, Reason.BANK, "mandate.refused"),
        (MandateState.LAPSED, MethodState.UNUSABLE, Reason.LAPSED, "mandate.lapsed"),
    ],
)
def test_an_end_takes_the_method_with_it_and_is_told_once(
    mandates: MandateDesk, to: MandateState, state: MethodState, reason: Reason, mail: str
) -> None:
    first, second = mandates.sign(), mandates.sign(AGRICOLE)

    for _ in range(2):
        ended = mandates.end(first, to, "MD01")

    method = method_of(ended)
    assert (ended.state, ended.reason, ended.ended_at) == (to, "MD01", mandates.at)
    assert (method.state, method.reason, method.is_default) == (state, reason, False)
    assert method_of(second).is_default
    assert mails() == ["mandate.signed", "mandate.signed", mail]
    assert everything_holds()


def test_an_account_that_the_bank_ended_can_be_put_out_of_sight_and_signed_again(mandates: MandateDesk) -> None:
    ended = mandates.end(mandates.sign(), MandateState.REFUSED, "AC04")

    mandates.revoke(ended)
    again = mandates.sign()

    ended.refresh_from_db()
    assert (ended.state, method_of(ended).state) == (MandateState.REFUSED, MethodState.REMOVED)
    assert (again.state, again.reference[-3:]) == (MandateState.ACTIVE, "002")


def test_a_draft_that_is_taken_back_is_given_up(mandates: MandateDesk) -> None:
    assert mandates.revoke(mandates.prepare()).state == MandateState.ABANDONED


@pytest.mark.parametrize(
    ("signed_on", "last"),
    [(date(2024, 2, 29), date(2027, 2, 28)), (date(2023, 11, 30), date(2026, 11, 30))],
)
def test_a_mandate_lapses_after_36_months_without_a_debit(customer: Customer, signed_on: date, last: date) -> None:
    desk = MandateDesk(customer, at_noon(signed_on))
    signed = desk.sign()
    assert months_after(signed_on, 36) == last

    assert verbs.lapse_mandates(at=at_noon(last)) == 0
    assert verbs.lapse_mandates(at=at_noon(last + timedelta(days=1))) == 1
    assert verbs.lapse_mandates(at=at_noon(last + timedelta(days=1))) == 0

    signed.refresh_from_db()
    assert signed.state == MandateState.LAPSED


def test_a_debit_lets_it_live_for_36_months_more(customer: Customer) -> None:
    desk = MandateDesk(customer, at_noon(date(2023, 11, 30)))
    signed = desk.sign()
    Mandate.objects.filter(pk=signed.pk).update(last_collected_on=date(2025, 1, 15))

    assert verbs.lapse_mandates(at=at_noon(date(2028, 1, 15))) == 0
    assert verbs.lapse_mandates(at=at_noon(date(2028, 1, 16))) == 1


def test_what_nobody_signs_is_given_up_with_its_account_number(mandates: MandateDesk, settings: Settings) -> None:
    settings.MANDATE_DRAFT_DAYS = 60
    draft = mandates.prepare()
    assert verbs.give_up_drafts(at=mandates.at + timedelta(days=60)) == 0

    assert verbs.give_up_drafts(at=mandates.at + timedelta(days=60, seconds=1)) == 1

    draft.refresh_from_db()
    assert (draft.state, draft.iban, draft.iban_index, draft.bic) == (MandateState.ABANDONED, None, "", "")


def test_no_mail_and_no_log_bears_the_account_number(mandates: MandateDesk, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        first = mandates.sign()
        mandates.end(first, MandateState.REFUSED, "AC04")
        mandates.revoke(mandates.sign(AGRICOLE))

    written = [each.subject + each.text + each.html for each in Message.objects.all()]
    steps = [each.detail for mandate in Mandate.objects.all() for each in history_of_mandate(mandate)]
    assert len(written) == 4
    for text in (*written, *steps, caplog.text):
        assert BNP[4:] not in text.replace(" ", "")
        assert AGRICOLE[4:] not in text.replace(" ", "")
