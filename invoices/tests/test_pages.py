from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role, User
from accounts.services import add_member
from core import clock
from core.clock import local_date
from core.money import Money
from invoices import archive, selectors, services
from invoices.models import Invoice, Receipt, Rendition
from invoices.services import render_invoice, render_receipt
from invoices.tests.making import HOSTING, issued, pay, receipt

if TYPE_CHECKING:
    from datetime import datetime

    from django.test import Client

    from accounts.models import Customer
    from tests.support.cast import Cast

pytestmark = pytest.mark.django_db
QUERIES = 12


@pytest.fixture
def signed_in(client: Client, cast: Cast) -> Client:
    client.force_login(cast.claire)
    return client


@pytest.fixture
def today() -> datetime:
    return clock.now()


def page(client: Client, name: str, *args: object, status: int = 200, **asked: str | int) -> str:
    response = client.get(reverse(f"invoices:{name}", args=args), asked)
    assert response.status_code == status
    return response.content.decode().replace("\xa0", " ").replace("\u202f", " ")


def three_states(customer: Customer, today: datetime) -> list[Invoice]:
    """Paid, late, to be paid."""
    pay(customer, 4680, at=today - timedelta(days=60))
    return [issued(customer, at=today - timedelta(days=days)) for days in (50, 40, 1)]


def test_the_list_says_where_each_invoice_stands(signed_in: Client, cast: Cast, today: datetime) -> None:
    paid, late, due = three_states(cast.individual, today)

    text = page(signed_in, "list")

    assert [text.count(f">{state}</span>") for state in ("Réglée", "En retard", "À régler")] == [1, 1, 1]
    assert "Toutes (3)" in text
    assert "Réglées (1)" in text
    assert text.index(str(due.number)) < text.index(str(late.number)) < text.index(str(paid.number))


@pytest.mark.parametrize(("state", "place"), [("PAID", 0), ("LATE", 1), ("DUE", 2)])
def test_a_state_keeps_its_invoices(signed_in: Client, cast: Cast, today: datetime, state: str, place: int) -> None:
    invoices = three_states(cast.individual, today)

    text = page(signed_in, "list", state=state)

    assert [str(invoice.number) in text for invoice in invoices] == [n == place for n in range(3)]


def test_words_and_years_filter(signed_in: Client, cast: Cast, today: datetime) -> None:
    domain = issued(cast.individual, replace(HOSTING, label="Nom de domaine œuvre.fr"), at=today)
    other = issued(cast.individual, at=today)

    found = page(signed_in, "list", q="domaine")
    by_number = page(signed_in, "list", q=str(other.number)[-4:])
    nothing = page(signed_in, "list", q="rien de tel")

    assert (str(domain.number) in found, str(other.number) in found) == (True, False)
    assert (str(domain.number) in by_number, str(other.number) in by_number) == (False, True)
    assert "Aucune facture ne correspond" in nothing
    assert str(other.number) in page(signed_in, "list", year=today.year)
    assert str(other.number) in page(signed_in, "list", year="abc", state="LOST", page="x")


def test_a_long_list_has_pages(signed_in: Client, cast: Cast, today: datetime) -> None:
    services.issue_many([services.draft(cast.individual, [HOSTING], at=today) for _ in range(30)], at=today)

    assert page(signed_in, "list").count("PDF<span") == 25
    second = page(signed_in, "list", page=2)
    assert second.count("PDF<span") == 5
    assert "26 à 30 sur 30" in second


def test_an_account_without_documents_says_so(signed_in: Client) -> None:
    assert "Aucune facture pour l’instant" in page(signed_in, "list")
    assert "Aucun reçu pour l’instant" in page(signed_in, "receipts")


def test_drafts_are_not_shown(signed_in: Client, cast: Cast, today: datetime) -> None:
    draft = services.draft(cast.individual, [HOSTING], at=today)

    assert "Aucune facture pour l’instant" in page(signed_in, "list")
    page(signed_in, "detail", draft.public_id, status=404)
    page(signed_in, "pdf", draft.public_id, status=404)


def test_the_page_of_an_invoice_has_the_content_of_the_paper(signed_in: Client, cast: Cast, today: datetime) -> None:
    pay(cast.individual, 1000, at=today)
    invoice = issued(cast.individual, replace(HOSTING, quantity=Decimal("1.5")), at=today)

    text = page(signed_in, "detail", invoice.public_id)

    for words in (
        "Hébergeur SARL",
        "RCS Lyon 999 999 998",
        "Claire Martin",
        "1,5",
        "46,80",
        "TVA 20 % sur",
        "58,50",
        "11,70",
    ):
        assert words in text
    assert "Solde prépayé (carte)" in text
    assert f"{reverse('payments:top_up')}?amount=60.20" in text
    assert "Payer" in text


def test_a_paid_invoice_offers_no_payment_and_shows_its_receipt(signed_in: Client, cast: Cast, today: datetime) -> None:
    invoice = issued(cast.individual, at=today)
    paper = receipt(cast.individual, 4680, at=today)

    text = page(signed_in, "detail", invoice.public_id)

    assert "Rien d’autre à payer." in text
    assert "?amount=" not in text
    assert reverse("invoices:receipt_pdf", args=[paper.public_id]) in text


def test_a_reader_without_the_right_to_pay_sees_no_pay_button(client: Client, cast: Cast, today: datetime) -> None:
    invoice = issued(cast.individual, at=today)
    client.force_login(cast.accountant)

    text = page(client, "detail", invoice.public_id)

    assert "46,80" in text
    assert "?amount=" not in text


def test_a_public_body_is_not_asked_for_a_card(client: Client, cast: Cast, today: datetime) -> None:
    invoice = issued(cast.town_hall, engagement_number="EJ-1", at=today)
    client.force_login(User.objects.get(email="mairie@example.org"))

    text = page(client, "detail", invoice.public_id)

    assert "EJ-1" in text
    assert "?amount=" not in text


def test_the_stored_bytes_are_served(signed_in: Client, cast: Cast, today: datetime) -> None:
    invoice = issued(cast.individual, at=today)
    made = render_invoice(invoice.pk, at=today)

    for name, rendition, kind, file in (
        ("pdf", made.facturx, "application/pdf", f"factur-x_{invoice.number}.pdf"),
        ("plain_pdf", made.pdf, "application/pdf", f"{invoice.number}.pdf"),
        ("xml", made.xml, "application/xml", f"factur-x_{invoice.number}.xml"),
    ):
        response = signed_in.get(reverse(f"invoices:{name}", args=[invoice.public_id]))
        assert rendition is not None
        assert response.content == archive.read(rendition.sha256)
        assert response.headers["Content-Type"] == kind
        assert response.headers["Content-Disposition"] == f'attachment; filename="{file}"'
    assert "no-store" in response.headers["Cache-Control"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_a_pdf_that_is_not_printed_yet_is_said_to_be_on_its_way(signed_in: Client, cast: Cast, today: datetime) -> None:
    invoice = issued(cast.individual, at=today)
    paper = receipt(cast.individual, at=today)

    assert "se prépare" in page(signed_in, "pdf", invoice.public_id, status=202)
    assert "se prépare" in page(signed_in, "receipt_pdf", paper.public_id, status=202)


def test_a_damaged_pdf_is_refused_and_reported(
    signed_in: Client, cast: Cast, today: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    invoice = issued(cast.individual, at=today)
    Rendition.objects.create(invoice=invoice, kind="PDF", sha256="0" * 64, size=1, created_at=today)

    text = page(signed_in, "pdf", invoice.public_id, status=500)

    assert "n’est pas celui que nous avons fait" in text
    assert str(invoice.number) in caplog.text


def test_a_receipt_is_listed_and_served(signed_in: Client, cast: Cast, today: datetime) -> None:
    issued(cast.individual, at=today)
    paper = receipt(cast.individual, 5000, at=today)
    rendition = render_receipt(paper.pk, at=today)

    text = page(signed_in, "receipts")
    response = signed_in.get(reverse("invoices:receipt_pdf", args=[paper.public_id]))

    assert "RC" in text
    assert "Visa •• 4242" in text
    assert response.content == archive.read(rendition.sha256)


@pytest.mark.parametrize("name", ["detail", "pdf", "plain_pdf", "xml", "receipt_pdf"])
def test_a_stranger_finds_nothing(client: Client, cast: Cast, today: datetime, name: str) -> None:
    document: Invoice | Receipt = (
        receipt(cast.individual, at=today) if name == "receipt_pdf" else issued(cast.individual, at=today)
    )
    client.force_login(cast.outsider)

    page(client, name, document.public_id, status=404)


@pytest.mark.parametrize("name", ["list", "receipts", "zip"])
def test_a_list_holds_the_readers_own_documents_only(client: Client, cast: Cast, today: datetime, name: str) -> None:
    invoice = issued(cast.individual, at=today)
    receipt(cast.individual, at=today)
    client.force_login(cast.outsider)

    response = client.get(reverse(f"invoices:{name}"), {"year": today.year}, follow=True)

    assert str(invoice.number).encode() not in response.content
    assert b"RC20" not in response.content


@pytest.mark.parametrize("name", ["list", "receipts", "detail", "pdf", "plain_pdf", "xml", "receipt_pdf"])
def test_the_accountant_reads_everything(client: Client, cast: Cast, today: datetime, name: str) -> None:
    document: Invoice | Receipt = (
        receipt(cast.individual, at=today) if name == "receipt_pdf" else issued(cast.individual, at=today)
    )
    client.force_login(cast.accountant)

    args = [] if name in {"list", "receipts"} else [document.public_id]

    assert client.get(reverse(f"invoices:{name}", args=args)).status_code in {200, 202}


@pytest.mark.parametrize("name", ["list", "receipts", "zip"])
def test_nobody_reads_without_signing_in(client: Client, name: str) -> None:
    response = client.get(reverse(f"invoices:{name}"))

    assert response.status_code == 302
    assert "login" in response.headers["Location"]


def test_a_former_member_reads_nothing_any_more(client: Client, cast: Cast, today: datetime) -> None:
    invoice = issued(cast.company, at=today)
    add_member(cast.company, cast.accountant, Role.READ_ONLY)
    client.force_login(cast.accountant)
    cast.accountant.memberships.all().delete()

    page(client, "detail", invoice.public_id, status=404)


@pytest.mark.parametrize("name", ["list", "detail", "pdf", "xml", "receipts", "receipt_pdf"])
def test_no_page_asks_the_database_much(signed_in: Client, cast: Cast, today: datetime, name: str) -> None:
    pay(cast.individual, 1000, ref="pi_0", at=today)
    invoices = [issued(cast.individual, at=today) for _ in range(12)]
    papers = [receipt(cast.individual, 5000, ref=f"P-{n}", at=today) for n in range(3)]
    render_invoice(invoices[0].pk, at=today)
    args = {"detail": [invoices[0].public_id], "receipt_pdf": [papers[0].public_id]}
    args |= {name: [invoices[0].public_id] for name in ("pdf", "xml")}

    with CaptureQueriesContext(connection) as asked:
        signed_in.get(reverse(f"invoices:{name}", args=args.get(name, [])))

    assert len(asked) <= QUERIES, [query["sql"][:150] for query in asked]


def test_english_readers_read_english(signed_in: Client, cast: Cast, today: datetime) -> None:
    cast.claire.language = "en"
    cast.claire.save()
    invoice = issued(cast.individual, at=today)

    assert "To be paid" in page(signed_in, "list")
    assert "€46.80" in page(signed_in, "detail", invoice.public_id)


def test_the_state_of_any_invoices_is_known_at_once(cast: Cast, today: datetime) -> None:
    paid, late, due = three_states(cast.individual, today)

    states = selectors.invoice_states([paid, late, due], on=local_date(today))

    assert states == {paid.number: "PAID", late.number: "LATE", due.number: "DUE"}
    assert selectors.open_amount(late) == Money(4680)
    assert selectors.open_amount(services.draft(cast.individual, [HOSTING], at=today)) is None


def test_an_invoice_to_pay_has_a_transfer_box_for_what_is_left(signed_in: Client, cast: Cast, today: datetime) -> None:
    pay(cast.individual, 1000, at=today - timedelta(days=2))
    invoice = issued(cast.individual, at=today - timedelta(days=1))

    text = page(signed_in, "detail", invoice.public_id)

    box = text[text.index('id="h-transfer"') :]
    order = [
        "Hébergeur SARL",
        "FR76 9999 9000 0100 0123 4567 809",
        "HEBGFR2LXXX",
        "C100001-51",
        "RF51 C100 001",
        "36,80 €",
    ]
    assert sorted(order, key=box.index) == order
    assert "Code QR de virement : 36,80 € à Hébergeur SARL, référence RF51C100001" in box
    assert f"et aussi {invoice.number} si vous ne réglez que cette facture. Les chèques ne sont pas acceptés." in box


def test_a_public_body_reads_what_to_write_in_its_payment_order(client: Client, cast: Cast, today: datetime) -> None:
    client.force_login(User.objects.get(memberships__customer=cast.town_hall))
    invoice = issued(cast.town_hall, at=today - timedelta(days=1))

    text = page(client, "detail", invoice.public_id)

    assert (
        f"Indiquez le numéro de client C100003-94 et le numéro de facture {invoice.number} dans le libellé du mandat"
        in text
    )


def test_what_is_paid_has_no_transfer_box(signed_in: Client, cast: Cast, today: datetime) -> None:
    pay(cast.individual, 4680, at=today - timedelta(days=2))
    invoice = issued(cast.individual, at=today - timedelta(days=1))

    assert "h-transfer" not in page(signed_in, "detail", invoice.public_id)
