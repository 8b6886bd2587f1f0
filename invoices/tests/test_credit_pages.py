"""What customers see of credit notes, and how they correct an invoice."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from typing import cast as cast_to

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role, Seller, User
from accounts.services import add_member, update_profile
from core import clock
from core.money import Money
from invoices import services
from invoices.models import Invoice
from invoices.services import Request, TakenBack
from invoices.states import FreedMoney
from invoices.tests.making import HOSTING, MAILBOXES, issued, pay

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.test import Client

    from tests.support.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.once]
DETAILS = {
    "name": "Claire Martin-Œuvrard",
    "address_line1": "3 rue des Lilas",
    "postcode": "69003",
    "city": "Lyon",
    "country": "FR",
}


@pytest.fixture
def signed_in(client: Client, cast: Cast) -> Client:
    client.force_login(cast.claire)
    return client


@pytest.fixture
def today() -> datetime:
    return clock.now()


def read(response: Any) -> str:
    return str(response.content.decode()).replace("\xa0", " ").replace("\u202f", " ")


def page(client: Client, name: str, *args: object, status: int = 200, **asked: str | int) -> str:
    response = client.get(reverse(f"invoices:{name}", args=args), asked)
    assert response.status_code == status
    return read(response)


def credit(invoice: Invoice, at: datetime, cents: int = 0, **more: Any) -> Invoice:
    taken = [TakenBack(1, amount=Money(cents))] if cents else None
    return services.issue_credit_note(invoice, taken, Request("Résiliation", f"k{cents}", **more), at=at)


# --- Lists and pages ------------------------------------------------------------------------------------------------
def test_the_list_shows_credit_notes_among_invoices(signed_in: Client, cast: Cast, today: datetime) -> None:
    whole, part = issued(cast.individual, at=today), issued(cast.individual, at=today)
    note = credit(whole, today)
    credit(part, today, 1000)

    text = page(signed_in, "list")

    assert "Avoirs (2)" in text
    assert "Annulée par avoir" in text
    assert "Réglées (0)" in text
    assert "34,80 €" in text
    only = page(signed_in, "list", state="CREDIT_NOTE")
    assert (str(note.number) in only, f">{whole.number}</a>" in only) == (True, False)
    assert "−46,80 €" in only


def test_without_credit_notes_there_is_no_tab(signed_in: Client, cast: Cast, today: datetime) -> None:
    issued(cast.individual, at=today)

    assert "Avoirs" not in page(signed_in, "list")


def test_the_page_of_a_credit_note_says_why_and_where_the_money_went(
    signed_in: Client, cast: Cast, today: datetime
) -> None:
    pay(cast.individual, 4680, at=today)
    invoice = issued(cast.individual, at=today)
    note = credit(invoice, today, 1000, freed_money=FreedMoney.REFUND)

    text = page(signed_in, "detail", note.public_id)

    for words in (
        f"Avoir {note.number}",
        str(invoice.number),
        "Résiliation",
        "12,00 €",
        "Gardé jusqu’au remboursement",
    ):
        assert words in text
    assert "Payer" not in text
    assert "12,00 € que vous aviez réglés vous sont gardés jusqu’à leur remboursement." in text


def test_the_page_of_the_invoice_leads_to_its_credit_notes(signed_in: Client, cast: Cast, today: datetime) -> None:
    invoice = issued(cast.individual, at=today)
    note = credit(invoice, today, 1000)

    text = page(signed_in, "detail", invoice.public_id)

    assert reverse("invoices:detail", args=[note.public_id]) in text
    assert f"Avoir {note.number}" in text


def test_pages_cost_few_queries(signed_in: Client, cast: Cast, today: datetime) -> None:
    invoice = issued(cast.individual, HOSTING, MAILBOXES, at=today)
    note = credit(invoice, today)

    for document in (invoice, note):
        with CaptureQueriesContext(connection) as captured:
            page(signed_in, "detail", document.public_id)
        assert len(captured) <= 14


def test_the_zip_and_the_pdf_serve_credit_notes(signed_in: Client, cast: Cast, today: datetime) -> None:
    note = credit(issued(cast.individual, at=today), today)

    assert str(note.number) in page(signed_in, "pdf", note.public_id, status=202)
    response = signed_in.get(reverse("invoices:zip"), {"number": str(note.number)})
    index = b"".join(cast_to("Iterable[bytes]", response)).decode("utf-8", "replace")
    assert f"{note.number};Avoir;" in index


def test_another_ones_credit_note_does_not_exist(client: Client, cast: Cast, today: datetime) -> None:
    note = credit(issued(cast.individual, at=today), today)
    client.force_login(cast.outsider)

    for name in ("detail", "pdf"):
        page(client, name, note.public_id, status=404)


# --- The wizard -----------------------------------------------------------------------------------------------------
def test_a_customer_corrects_an_invoice(signed_in: Client, cast: Cast, today: datetime) -> None:
    pay(cast.individual, 4680, at=today)
    invoice = issued(cast.individual, at=today)
    address = reverse("invoices:correct", args=[invoice.public_id])
    assert address in page(signed_in, "detail", invoice.public_id)
    assert "Claire Martin" in page(signed_in, "correct", invoice.public_id)

    preview = signed_in.post(address, DETAILS, follow=True)
    assert preview.status_code == 200
    for words in ("Claire Martin-Œuvrard", "Émettre les deux documents", "46,80 €"):
        assert words in read(preview)
    assert Invoice.objects.count() == 1

    done = signed_in.post(reverse("invoices:correct_confirm", args=[invoice.public_id]), follow=True)
    text = read(done)
    new = Invoice.objects.get(replaces=invoice)
    assert f"La facture {new.number} remplace {invoice.number}" in text
    assert new.buyer["name"] == "Claire Martin-Œuvrard"
    assert new.actor == f"user:{cast.claire.pk}"
    assert "Remplacée par la facture corrigée" in page(signed_in, "detail", invoice.public_id)
    assert f">{invoice.number}</a>" in page(signed_in, "detail", new.public_id)


def test_confirming_twice_leads_to_the_same_invoice(signed_in: Client, cast: Cast, today: datetime) -> None:
    invoice = issued(cast.individual, at=today)
    update_profile(cast.individual, name="Autre Nom", at=today)
    address = reverse("invoices:correct_confirm", args=[invoice.public_id])

    ends = [signed_in.post(address).headers["Location"] for _ in range(2)]

    assert ends[0] == ends[1]
    assert Invoice.objects.count() == 3


def test_the_same_details_have_nothing_to_confirm(signed_in: Client, cast: Cast, today: datetime) -> None:
    invoice = issued(cast.individual, at=today)

    assert "il n’y a rien à corriger" in page(signed_in, "correct_confirm", invoice.public_id)
    refused = signed_in.post(reverse("invoices:correct_confirm", args=[invoice.public_id]), follow=True)
    assert "Rien n’a été émis" in read(refused)
    assert Invoice.objects.count() == 1


def test_a_company_corrects_its_numbers(client: Client, cast: Cast, today: datetime) -> None:
    invoice = issued(cast.company, at=today)
    client.force_login(User.objects.get(email="compta@durand.example.org"))
    details = {"name": "Atelier Durand SAS", "country": "FR", "siret": "1", "address_line1": "", "postcode": ""}

    wrong = client.post(reverse("invoices:correct", args=[invoice.public_id]), details)

    assert "14 chiffres" in read(wrong)
    assert 'value="Atelier Durand SAS"' in read(wrong)
    right = client.post(
        reverse("invoices:correct", args=[invoice.public_id]),
        details | {"siret": "73282932000074", "vat_number": "FR44732829320", "postcode": "44000"},
        follow=True,
    )
    assert "FR44732829320" in read(right)


def test_when_the_time_is_over_the_page_says_so(signed_in: Client, cast: Cast, today: datetime) -> None:
    Seller.objects.update(correction_days=10)
    invoice = issued(cast.individual, at=today - timedelta(days=11))
    address = reverse("invoices:correct", args=[invoice.public_id])

    assert address not in page(signed_in, "detail", invoice.public_id)
    assert "Le délai pour corriger" in page(signed_in, "correct", invoice.public_id, status=409)
    assert signed_in.post(address, DETAILS).status_code == 409
    cast.individual.refresh_from_db()
    assert cast.individual.name == "Claire Martin"


@pytest.mark.parametrize("name", ["correct", "correct_confirm"])
def test_strangers_find_nothing_and_readers_may_not(client: Client, cast: Cast, today: datetime, name: str) -> None:
    invoice = issued(cast.individual, at=today)
    update_profile(cast.individual, name="Autre Nom", at=today)
    address = reverse(f"invoices:{name}", args=[invoice.public_id])

    for user, status in ((cast.outsider, 404), (cast.accountant, 403)):
        client.force_login(user)
        assert client.get(address).status_code == status
        assert client.post(address, DETAILS).status_code == status
    assert client.get(reverse("invoices:detail", args=[invoice.public_id])).status_code == 200
    assert address not in page(client, "detail", invoice.public_id)
    client.logout()
    assert client.post(address).status_code == 302
    assert Invoice.objects.count() == 1


def test_the_billing_role_may_correct(client: Client, cast: Cast, today: datetime) -> None:
    invoice = issued(cast.individual, at=today)
    user = User.objects.create_user("facturation@example.org", "a-long-password-for-tests")
    add_member(cast.individual, user, Role.BILLING)
    client.force_login(user)

    assert client.get(reverse("invoices:correct", args=[invoice.public_id])).status_code == 200


def test_credit_notes_and_drafts_have_no_such_page(signed_in: Client, cast: Cast, today: datetime) -> None:
    note = credit(issued(cast.individual, at=today), today)
    draft = services.draft(cast.individual, [HOSTING], at=today)

    for document in (note, draft):
        page(signed_in, "correct", document.public_id, status=404)


def test_english_is_complete(signed_in: Client, cast: Cast, today: datetime) -> None:
    invoice = issued(cast.individual, at=today)
    signed_in.cookies["django_language"] = "en"

    text = signed_in.get(reverse("invoices:correct", args=[invoice.public_id]), headers={"accept-language": "en"})

    assert "Correct the invoice" in read(text)
