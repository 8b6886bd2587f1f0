"""VAT from the seller's options and VIES's answers to the books: what is issued, what is held, what is frozen."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.gateways.vies import Answer
from accounts.models import CustomerKind, PlaceKind
from accounts.services import check_vat_number, create_customer, note_place, set_seller, update_profile
from core.money import Money
from invoices import checks, services
from invoices.content import content_hash, invoice_content
from invoices.evidence import gather
from invoices.models import Invoice, InvoiceVat, VatRate
from invoices.selectors import refusals, what_is_missing
from invoices.services import NewLine, VatNotDecided
from invoices.states import InvoiceStatus
from invoices.tests.making import HOSTING, MAILBOXES, issued, pay
from ledger import selectors as ledger
from ledger import services as books
from tests.support.cast import NOON

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import Customer
    from tests.support.cast import Cast

pytestmark = pytest.mark.django_db
GERMAN = "DE136695976"
LARGE = NewLine("Serveur dédié", Decimal(1), Decimal("9000.00"))


class Register:
    """A VIES that gives one answer."""

    def __init__(self, *, valid: bool = True) -> None:
        self.answer = Answer(valid, "WAPIAAAA1234567", "WERKSTATT", "BERLIN") if valid else Answer(valid=False)

    def ask(self, _number: str, *, requester: str) -> Answer:
        return self.answer


def customer_in(country: str, postcode: str = "", number: str = "") -> Customer:
    """A company when it has a number, else a private person."""
    return create_customer(
        kind=CustomerKind.COMPANY if number else CustomerKind.PERSON,
        name="Anna Rossi",
        email=f"anna-{country}-{postcode}@example.org".lower(),
        at=NOON,
        country=country,
        postcode=postcode,
        vat_number=number,
    )


@pytest.fixture
def berlin() -> Customer:
    return customer_in("DE", "10999", GERMAN)


def balances(*accounts: str) -> list[int]:
    """Cents of these accounts, debit positive."""
    return [ledger.account_balance(account).cents for account in accounts]


def test_a_confirmed_business_of_the_union_is_billed_without_vat_and_the_proof_is_frozen(berlin: Customer) -> None:
    check_vat_number(berlin.pk, gateway=Register(), at=NOON)

    invoice = issued(berlin)

    assert (invoice.net_cents, invoice.vat_cents, invoice.total_cents) == (3900, 0, 3900)
    [vat] = invoice.vat.all()
    assert (vat.treatment, vat.country, vat.category, vat.reason_code) == ("REVERSE_CHARGE", "DE", "AE", "VATEX-EU-AE")
    assert vat.mention.startswith("Autoliquidation")
    proof = invoice.vat_evidence["number"]
    assert (proof["number"], proof["valid"], proof["consultation_number"]) == (GERMAN, True, "WAPIAAAA1234567")
    assert balances("706200", "445711", "411000") == [-3900, 0, 3900]
    assert invoice.content_hash == content_hash(invoice_content(invoice, invoice.lines.all(), invoice.vat.all()))
    assert all(check.ok for check in checks.documents())


def test_an_unproven_business_has_a_draft_and_no_invoice(berlin: Customer) -> None:
    draft = services.draft(berlin, [HOSTING], at=NOON)
    assert (draft.vat_cents, what_is_missing(draft, at=NOON)) == (0, _refusal(draft))
    assert "pas encore été vérifié" in _refusal(draft)

    check_vat_number(berlin.pk, gateway=Register(valid=False), at=NOON)
    assert "n’est pas valide" in _refusal(draft)

    check_vat_number(berlin.pk, gateway=Register(), at=NOON)
    assert what_is_missing(draft, at=NOON) == ""
    assert services.issue(draft, at=NOON).is_issued


def _refusal(draft: Invoice) -> str:
    with pytest.raises(VatNotDecided) as refusal:
        services.issue(draft, at=NOON)
    assert Invoice.objects.get(pk=draft.pk).status == InvoiceStatus.DRAFT
    return str(refusal.value)


def test_a_billing_run_learns_before_which_drafts_would_stop_it(cast: Cast, berlin: Customer) -> None:
    good, nowhere = services.draft(cast.company, [HOSTING], at=NOON), services.draft(cast.stranger, [HOSTING], at=NOON)
    waiting, done = services.draft(berlin, [HOSTING], at=NOON), issued(cast.individual)
    update_profile(cast.stranger, name="Ivan Inconnu", country="FR", postcode="974", at=NOON)
    drafts = [waiting, good, nowhere, done]

    found = refusals(drafts, at=NOON)

    assert [(each.invoice_id, each.may_come) for each in found] == [(waiting.pk, True), (nowhere.pk, False)]
    assert GERMAN in found[0].reason
    with pytest.raises(VatNotDecided):
        services.issue_many(drafts, at=NOON)
    refused = {each.invoice_id for each in found}
    services.issue_many([draft for draft in drafts if draft.pk not in refused], at=NOON)
    assert Invoice.objects.filter(number__isnull=False).count() == 2


def test_asking_what_would_be_refused_writes_nothing_and_counts_the_limit_as_the_run_does() -> None:
    drafts = [services.draft(customer_in("IT", str(place)), [LARGE], at=NOON) for place in (1, 2)]

    [refusal] = refusals(drafts, at=NOON)

    assert refusal.invoice_id == drafts[1].pk
    assert "one-stop shop" in refusal.reason or "guichet unique" in refusal.reason
    assert not Invoice.objects.filter(number__isnull=False).exists()


def test_a_proof_that_is_too_old_holds_the_invoice(berlin: Customer) -> None:
    check_vat_number(berlin.pk, gateway=Register(), at=NOON)
    draft = services.draft(berlin, [HOSTING], at=NOON)

    with pytest.raises(VatNotDecided, match="35 jours"):
        services.issue(draft, at=NOON + timedelta(days=36))
    assert services.issue(draft, at=NOON + timedelta(days=35)).vat_cents == 0


def test_by_option_an_unproven_business_pays_vat_as_a_consumer(berlin: Customer) -> None:
    set_seller({"unproven_vat": "TAX"}, at=NOON)

    [vat] = issued(berlin).vat.all()

    assert (vat.treatment, vat.rate, vat.vat_cents) == ("TAXED_BELOW_LIMIT", Decimal(20), 780)


def test_when_the_number_goes_the_draft_is_priced_anew(berlin: Customer) -> None:
    draft = services.draft(berlin, [HOSTING], at=NOON)
    update_profile(berlin, name=berlin.name, vat_number="", at=NOON)
    set_seller({"oss": "yes"}, at=NOON)

    invoice = services.issue(draft, at=NOON)

    [line], [vat] = invoice.lines.all(), invoice.vat.all()
    assert (line.rate, line.category, vat.vat_cents, vat.vat_account) == (Decimal(19), "S", 741, "445740DE")


def test_consumers_pay_the_vat_of_their_state_on_its_own_account() -> None:
    set_seller({"oss": "true"}, at=NOON)

    for country, vat_cents in (("IT", 858), ("FI", 995), ("PT", 897)):
        assert issued(customer_in(country)).vat_cents == vat_cents

    assert balances("445740IT", "445740FI", "445740PT", "445711") == [-858, -995, -897, 0]
    assert balances("706300") == [-3 * 3900]


def test_the_limit_of_distance_sales_is_counted_over_invoices_of_one_commit_and_credit_notes() -> None:
    drafts = [services.draft(customer_in("IT", str(n)), [LARGE], at=NOON) for n in (1, 2)]

    with pytest.raises(VatNotDecided, match="10 000"):
        services.issue_many(drafts, at=NOON)

    first = services.issue(drafts[0], at=NOON)
    with pytest.raises(VatNotDecided, match="10 000"):
        services.issue(drafts[1], at=NOON)
    services.issue_credit_note(first, None, services.Request("Erreur", "note:1"), at=NOON)
    assert services.issue(drafts[1], at=NOON).vat_cents == 180_000


def test_the_signs_of_the_place_are_frozen_with_the_invoice() -> None:
    set_seller({"oss": "true", "place_items": "2"}, at=NOON)
    anna = customer_in("IT", "00185")
    with pytest.raises(VatNotDecided, match="deuxième indice"):
        issued(anna)
    note_place(anna, PlaceKind.BANK, "IT", source="Visa •• 4242", at=NOON)

    invoice = issued(anna)

    assert invoice.vat_evidence["place"] == [
        {"kind": "BANK", "country": "IT", "source": "Visa •• 4242", "noted_on": "2026-11-30"}
    ]


def test_a_rate_that_staff_wrote_applies_from_its_day() -> None:
    set_seller({"oss": "true"}, at=NOON)
    VatRate.objects.create(zone="IT", rate=Decimal("23.00"), since=NOON.date())
    anna = customer_in("IT", "00185")

    assert issued(anna).vat.get().rate == 23
    assert issued(anna, at=NOON + timedelta(days=1)).vat_cents == 897


def test_a_small_seller_charges_none_and_says_why() -> None:
    set_seller({"vat_franchise": "true", "vat_number": ""}, at=NOON)

    [vat] = issued(customer_in("FR", "69003")).vat.all()

    assert (vat.category, vat.reason_code, vat.mention, vat.revenue_account) == (
        "E",
        "VATEX-FR-FRANCHISE",
        "TVA non applicable, art. 293 B du CGI",
        "706000",
    )


def test_mentions_are_frozen_in_the_language_of_the_buyer(berlin: Customer) -> None:
    check_vat_number(berlin.pk, gateway=Register(), at=NOON)
    update_profile(berlin, name=berlin.name, language="en", at=NOON)

    assert issued(berlin).vat.get().mention.startswith("Reverse charge (autoliquidation)")


def test_evidence_is_read_in_as_many_queries_for_many_as_for_one() -> None:
    customers = [customer_in("IT", str(n)) for n in range(10)]
    with CaptureQueriesContext(connection) as for_one:
        gather(customers[:1], on=NOON.date())
    with CaptureQueriesContext(connection) as for_many:
        gather(customers, on=NOON.date())

    assert len(for_many) == len(for_one) <= 5


def test_french_customers_cost_one_query(cast: Cast, django_assert_num_queries: Callable[[int], Any]) -> None:
    with django_assert_num_queries(1):
        gather([cast.individual, cast.company, cast.town_hall], on=NOON.date())


# --- VAT on encaissements ------------------------------------------------------------------------------------------


def on_encaissements(**more: str) -> None:
    set_seller({"vat_on_debits": "false", **more}, at=NOON)


def test_on_encaissements_vat_waits_and_moves_with_the_money(customer: Customer) -> None:
    on_encaissements()
    invoice = issued(customer, NewLine("Une heure", Decimal(1), Decimal("33.33")))
    assert (invoice.total_cents, invoice.vat_on_debits) == (4000, False)
    assert balances("445870", "445711") == [-667, 0]

    for number, released in ((1, 167), (2, 417), (3, 667)):
        pay(customer, 1000 if number == 1 else 1500, ref=f"pi_{number}")
        assert balances("445870", "445711") == [released - 667, -released]


def test_on_encaissements_money_that_goes_back_takes_its_vat_back(customer: Customer) -> None:
    on_encaissements()
    issued(customer, NewLine("Une heure", Decimal(1), Decimal("33.33")))
    first = pay(customer, 1000, ref="pi_1")
    pay(customer, 3000, ref="pi_2")

    disputed = books.Piece(books.Journal.CARD, "Paiement contesté", "pi_1", NOON.date(), "dispute:1")
    books.reverse_money(first.lot_id, Money(1000), clearing_account="517100", piece=disputed, at=NOON)

    assert balances("445870", "445711") == [-167, -500]


def test_on_encaissements_the_vat_of_each_state_waits_and_is_released_to_its_own_account() -> None:
    on_encaissements(oss="true")
    anna = customer_in("IT", "00185")
    issued(anna)
    assert balances("445870", "445740IT") == [-858, 0]

    pay(anna, 2379)

    assert balances("445870", "445740IT") == [-429, -429]


def test_a_change_of_option_does_not_touch_older_invoices(customer: Customer) -> None:
    on_encaissements()
    issued(customer)
    set_seller({"vat_on_debits": "true"}, at=NOON + timedelta(days=1))
    issued(customer, MAILBOXES, at=NOON + timedelta(days=1))
    assert balances("445870", "445711") == [-780, -768]

    pay(customer, 4680 + 4608, at=NOON + timedelta(days=2))

    assert balances("445870", "445711") == [0, -780 - 768]


@pytest.mark.parametrize("on_debits", ["true", "false"])
def test_a_credit_note_takes_the_vat_back_where_it_is(on_debits: str) -> None:
    set_seller({"vat_on_debits": on_debits, "oss": "true"}, at=NOON)
    anna = customer_in("IT", "00185")
    invoice = issued(anna)
    pay(anna, invoice.total_cents)

    note = services.issue_credit_note(invoice, None, services.Request("Erreur", "note:1"), at=NOON)

    assert balances("445870", "445740IT", "706300") == [0, 0, 0]
    assert note.vat.get().treatment == InvoiceVat.objects.get(invoice=invoice).treatment == "OSS"
    assert note.vat.get().country == "IT"


# --- The command ---------------------------------------------------------------------------------------------------


def test_the_command_says_what_is_missing_and_leaves_nothing_behind(berlin: Customer) -> None:
    with pytest.raises(CommandError, match="VIES has not answered about the VAT number DE136695976"):
        call_command("issue_invoice", customer=berlin.number, lines=["Hosting;1;39;20"])

    assert not Invoice.objects.exists()
