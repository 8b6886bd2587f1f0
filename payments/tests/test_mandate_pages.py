"""The pages of bank accounts, as their readers see them: from the number to the signed document."""

from __future__ import annotations

import io

import pytest
from django.test import Client
from pypdf import PdfReader
from pytest_django.fixtures import Settings

from accounts import services as accounts
from accounts.models import Role, User
from core.clock import local_date
from payments.models import Mandate, MandateState, MethodState, SavedMethod
from payments.services import mandates as verbs
from payments.tests.mandate_desk import AGRICOLE, BNP, MandateDesk, method_of
from payments.tests.test_pages import words
from tests.support.cast import make_company, make_town_hall
from tests.support.proof import just_proved

pytestmark = pytest.mark.once

LIST = "/moyens-de-paiement/"
ADD = f"{LIST}compte-bancaire/"
TYPED = {"iban": "fr76 3000 4000 0312 3456 7890 143", "holder": "Claire Martin", "bic": ""}


@pytest.fixture
def claire(mandates: MandateDesk, client: Client) -> Client:
    assert mandates is not None
    return just_proved(client, User.objects.get(email="claire@example.org"))


@pytest.fixture
def accountant(mandates: MandateDesk) -> Client:
    user = User.objects.create_user("cabinet@example.org", "a-long-password-for-tests")
    accounts.add_member(mandates.customer, user, Role.READ_ONLY)
    return just_proved(Client(), user)


@pytest.fixture
def stranger(mandates: MandateDesk) -> Client:
    make_company(mandates.at)
    return just_proved(Client(), User.objects.get(email="compta@durand.example.org"))


def page_of(mandate: Mandate, tail: str = "") -> str:
    return f"{LIST}mandats/{mandate.public_id}/{tail}"


def text_of(content: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def test_from_the_number_to_the_signature(claire: Client) -> None:
    assert "Autoriser le prélèvement" in words(claire.get(LIST).content)
    answer = claire.post(ADD, TYPED)
    draft = Mandate.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, page_of(draft))

    said = words(claire.get(page_of(draft)).content)
    for text in ("FR76 •••• 0143", "BNP PARIBAS", "FR53ZZZ999999", draft.reference, "dans les 8 semaines"):
        assert text in said
    signed = claire.post(
        page_of(draft, "signer/"), {"agreed": "on"}, headers={"user-agent": "Firefox 145"}, follow=True
    )

    draft.refresh_from_db()
    assert (draft.state, draft.consent_agent, draft.actor) == (
        MandateState.ACTIVE,
        "Firefox 145",
        User.objects.get(email="claire@example.org"),
    )
    assert f"Le mandat {draft.reference} est signé" in words(signed.content)
    assert "BNP PARIBAS •• 0143 Par défaut" in words(claire.get(LIST).content)


def test_the_box_is_not_ticked_and_without_it_nothing_is_signed(mandates: MandateDesk, claire: Client) -> None:
    draft = mandates.prepare()
    assert b"checked" not in claire.get(page_of(draft)).content.split(b'name="agreed"')[1].split(b">")[0]

    said = words(claire.post(page_of(draft, "signer/"), {}).content)

    assert "Rien n’est signé : cochez la case" in said
    assert not SavedMethod.objects.exists()


def test_a_bad_number_is_shown_again_with_what_to_correct(claire: Client) -> None:
    page = claire.post(ADD, TYPED | {"iban": "FR7630004000031234567890144"})

    assert "La clé de contrôle de cet IBAN n’est pas bonne" in words(page.content)
    assert not Mandate.objects.exists()


def test_the_answer_does_not_tell_that_another_customer_has_this_account(
    mandates: MandateDesk, claire: Client, stranger: Client
) -> None:
    mine = claire.post(ADD, TYPED)
    claire.post(page_of(Mandate.objects.get(), "signer/"), {"agreed": "on"})

    theirs = stranger.post(ADD, TYPED | {"scheme": "CORE"})

    assert (theirs.status_code, theirs["Location"].startswith(f"{LIST}mandats/")) == (mine.status_code, True)


def test_too_many_checks_are_refused_for_a_while(claire: Client, settings: Settings) -> None:
    settings.IBAN_CHECKS_PER_HOUR = 1
    claire.post(ADD, TYPED | {"iban": "nonsense"})

    answer = claire.post(ADD, TYPED)

    assert (answer.status_code, "Retry-After" in answer) == (429, True)
    assert "Trop de numéros de compte" in words(answer.content)


def test_who_cannot_be_debited_reads_why(mandates: MandateDesk) -> None:
    make_town_hall(mandates.at)
    mayor = just_proved(Client(), User.objects.get(email="mairie@example.org"))

    assert "Les organismes publics ne sont pas prélevés" in words(mayor.get(ADD).content)
    assert "Autoriser le prélèvement" not in words(mayor.get(LIST).content)
    mayor.post(ADD, TYPED)
    assert not Mandate.objects.exists()


def test_who_it_is_is_asked_again_before_signing(mandates: MandateDesk, client: Client) -> None:
    draft = mandates.prepare()
    user = User.objects.get(email="claire@example.org")
    user.set_password("a-long-password-for-tests")
    user.save()
    client.force_login(user)

    answer = client.post(page_of(draft, "signer/"), {"agreed": "on"})

    assert (answer.status_code, answer["Location"].startswith("/account/reauthenticate/")) == (302, True)
    draft.refresh_from_db()
    assert draft.state == MandateState.DRAFT


def test_a_stranger_finds_nothing_and_an_accountant_reads_only(
    mandates: MandateDesk, stranger: Client, accountant: Client
) -> None:
    signed = mandates.sign()
    draft = mandates.prepare(AGRICOLE)
    method = f"{LIST}{method_of(signed).public_id}/"

    for address in (
        page_of(signed),
        page_of(draft),
        page_of(draft, "signer/"),
        page_of(signed, "mandat.pdf"),
        page_of(signed, "remplacer/"),
        method,
        f"{method}supprimer/",
    ):
        assert stranger.get(address).status_code == 404
    assert stranger.post(page_of(draft, "signer/"), {"agreed": "on"}).status_code == 404

    assert accountant.get(method).status_code == 200
    assert accountant.get(page_of(signed, "mandat.pdf")).status_code == 200
    assert "Votre accès est en lecture seule" in words(accountant.get(page_of(draft)).content)
    for address in (ADD, page_of(draft, "signer/"), page_of(signed, "remplacer/"), f"{method}supprimer/"):
        assert accountant.post(address, TYPED | {"agreed": "on"}).status_code == 403
    draft.refresh_from_db()
    assert draft.state == MandateState.DRAFT


def test_no_page_shows_the_whole_number(mandates: MandateDesk, claire: Client) -> None:
    signed, draft = mandates.sign(), mandates.prepare(AGRICOLE)
    method = f"{LIST}{method_of(signed).public_id}/"

    for address in (LIST, method, page_of(draft), f"{method}accord.txt", f"{method}supprimer/"):
        shown = claire.get(address).content.decode().replace(" ", "").replace("\u00a0", "")
        assert BNP[4:20] not in shown
        assert AGRICOLE[4:20] not in shown


def test_the_document_is_kept_once_and_handed_out_to_nobody_else(mandates: MandateDesk, claire: Client) -> None:
    signed = mandates.sign()
    first = claire.get(page_of(signed, "mandat.pdf"))
    again = claire.get(page_of(signed, "mandat.pdf"))
    signed.refresh_from_db()

    assert first.content == again.content
    assert first["Cache-Control"] == "private, no-store"
    assert first["Content-Disposition"] == f'attachment; filename="mandat-{signed.reference}.pdf"'
    said = " ".join(text_of(first.content).split())
    for text in (
        "Mandat de prélèvement SEPA",
        signed.reference,
        "FR53ZZZ999999",
        "FR76 3000 4000 0312 3456 7890 143",
        "BNPAFRPP",
        "Récurrent",
        "dans les 8 semaines",
        "192.0.2.7",
        signed.consent_sha256[:32],
    ):
        assert text in said
    assert verbs.print_mandate(signed.pk, at=mandates.at) == signed.pdf_sha256


def test_the_form_to_print_has_room_to_sign_and_is_kept_nowhere(mandates: MandateDesk, claire: Client) -> None:
    draft = mandates.prepare(language="en")
    said = " ".join(text_of(claire.get(page_of(draft, "mandat.pdf")).content).split())

    assert "SEPA direct debit mandate" in said
    assert "to be signed" in said
    assert "Proof of the electronic signature" not in said
    draft.refresh_from_db()
    assert draft.pdf_sha256 == ""
    assert claire.get(page_of(mandates.revoke(draft), "mandat.pdf")).status_code == 404


def test_another_account_takes_the_place_of_one(mandates: MandateDesk, claire: Client) -> None:
    before = mandates.sign()
    answer = claire.post(page_of(before, "remplacer/"), TYPED | {"iban": AGRICOLE})
    after = Mandate.objects.latest("pk")
    assert answer["Location"] == page_of(after)

    claire.post(page_of(after, "signer/"), {"agreed": "on"})

    before.refresh_from_db()
    assert before.state == MandateState.REPLACED
    assert "BNP PARIBAS" not in words(claire.get(LIST).content)
    assert claire.get(f"{LIST}{method_of(before).public_id}/").status_code == 200


def test_removing_the_account_takes_the_mandate_back(mandates: MandateDesk, claire: Client) -> None:
    signed = mandates.sign()
    page = f"{LIST}{method_of(signed).public_id}/"

    said = words(claire.post(f"{page}supprimer/", follow=True).content)

    signed.refresh_from_db()
    assert (signed.state, method_of(signed).state) == (MandateState.REVOKED, MethodState.REMOVED)
    assert "BNP PARIBAS •• 0143 : supprimé" in said.replace("\u00a0", " ")
    assert "Le mandat (PDF)" in words(claire.get(page).content)


def test_a_company_may_choose_b2b_and_reads_what_its_bank_has_to_do(mandates: MandateDesk, stranger: Client) -> None:
    assert "Interentreprises" in words(stranger.get(ADD).content)
    stranger.post(ADD, TYPED | {"holder": "Atelier Durand SARL", "scheme": "B2B"})
    draft = Mandate.objects.get()
    assert "interentreprises" in words(stranger.get(page_of(draft)).content)

    stranger.post(page_of(draft, "signer/"), {"agreed": "on"})

    assert "Remettez le mandat à votre banque" in words(stranger.get(LIST).content)


def test_a_bank_account_is_not_offered_to_pay_with_at_once(mandates: MandateDesk, claire: Client) -> None:
    mandates.sign()

    assert "BNP PARIBAS" not in words(claire.get("/alimenter/").content)


def test_an_account_with_a_mandate_already_leads_there(mandates: MandateDesk, claire: Client) -> None:
    signed = mandates.sign()

    answer = claire.post(ADD, TYPED)

    assert answer["Location"] == f"{LIST}{method_of(signed).public_id}/"
    assert signed.signed_on == local_date(mandates.at)
