"""The paid copy of an invoice: once nothing is open, beside the original, and not after money was taken back."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from pypdf import PdfReader

from core import clock
from core.clock import local_date
from core.money import Money
from invoices import archive, checks, selectors, services
from invoices.models import Invoice, Rendition
from invoices.services import Request, TakenBack, render_invoice, render_paid
from invoices.states import RenditionKind
from invoices.tests.making import issued, pay
from ledger import selectors as ledger
from ledger import services as books
from tests.support.cast import NOON

if TYPE_CHECKING:
    from datetime import datetime

    from django.test import Client

    from accounts.models import Customer
    from tests.support.cast import Cast

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=3)


def paid(customer: Customer, at: datetime = NOON) -> Invoice:
    """46,80 €, paid three days later by 30 and 20 euros."""
    invoice = issued(customer, at=at)
    pay(customer, 3_000, ref="pi_1", at=at + timedelta(days=1))
    pay(customer, 2_000, ref="pi_2", at=at + timedelta(days=3))
    return invoice


def take_back(invoice: Invoice, at: datetime = LATER) -> None:
    """The bank takes back the newest money that paid it."""
    lot = ledger.allocations_of(str(invoice.number))[-1].lot_id or 0
    piece = books.Piece(books.Journal.CARD, "Contestation", "dp_1", local_date(at), "stripe:dp_1:dispute")
    books.reverse_money(lot, Money(2_000), clearing_account="517100", piece=piece, at=at)


def words_of(rendition: Rendition) -> str:
    pages = PdfReader(io.BytesIO(archive.read(rendition.sha256))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).replace("\xa0", " ").split())


def test_the_copy_says_when_and_by_what_it_was_paid(customer: Customer) -> None:
    text = words_of(render_paid(paid(customer), at=LATER))

    for words in (
        *("Facture acquittée FA2026-000001", "Payée en totalité", "3 décembre 2026", "46,80 €", "0,00 €"),
        *("1er décembre 2026, carte pi_1", "30,00 €", "carte pi_2", "16,80 €"),
    ):
        assert words in text
    assert "IBAN" not in text


def test_the_same_payments_are_the_same_file_and_the_original_stays(customer: Customer) -> None:
    invoice = paid(customer)
    original = render_invoice(invoice.pk, at=NOON).pdf

    first, second = render_paid(invoice, at=LATER), render_paid(invoice, at=LATER + timedelta(days=9))

    assert first == second
    assert first.sha256 != original.sha256
    assert selectors.files_of(invoice).pdf == original
    assert all(check.ok for check in checks.documents())


def test_an_open_invoice_has_no_paid_copy(customer: Customer) -> None:
    invoice = issued(customer)
    pay(customer, 4_679)

    with pytest.raises(services.NotPaid, match="FA2026-000001"):
        render_paid(invoice, at=LATER)

    assert not Rendition.objects.filter(kind=RenditionKind.PAID).exists()


def test_money_that_is_taken_back_takes_the_copy_with_it(customer: Customer) -> None:
    invoice = paid(customer)
    render_paid(invoice, at=LATER)

    take_back(invoice)

    assert selectors.paid_in_full(invoice) == []
    with pytest.raises(services.NotPaid):
        render_paid(invoice, at=LATER)


def test_an_invoice_reduced_by_a_credit_note_has_none(customer: Customer) -> None:
    invoice = paid(customer)
    services.issue_credit_note(invoice, [TakenBack(1, amount=Money(1_000))], Request("Geste", "k1"), at=LATER)

    with pytest.raises(services.NotPaid):
        render_paid(invoice, at=LATER)


def test_a_paid_copy_bears_no_outcome_of_checks(customer: Customer) -> None:
    invoice = paid(customer)
    made = render_invoice(invoice.pk, at=NOON)

    with pytest.raises(DatabaseError, match=r"invoices_rendition_(xml_is|as_vali)"), transaction.atomic():
        Rendition.objects.create(
            invoice=invoice,
            kind=RenditionKind.PAID,
            sha256="0" * 64,
            size=1,
            created_at=NOON,
            validation=made.validation,
        )


def address(invoice: Invoice) -> str:
    return reverse("invoices:paid_copy", args=[invoice.public_id])


def page(client: Client, invoice: Invoice) -> Any:
    return client.get(reverse("invoices:detail", args=[invoice.public_id])).content.decode()


def test_the_page_offers_it_only_while_it_is_paid(client: Client, cast: Cast) -> None:
    since = clock.now() - timedelta(days=9)
    invoice = paid(cast.individual, at=since)
    client.force_login(cast.accountant)
    assert address(invoice) in page(client, invoice)
    answer = client.get(address(invoice))
    assert (answer.content[:4], f"{invoice.number}-acquittee.pdf" in answer["Content-Disposition"]) == (b"%PDF", True)

    take_back(invoice, at=since + timedelta(days=4))

    assert address(invoice) not in page(client, invoice)
    refused = client.get(address(invoice), follow=True)
    assert "pas payée en totalité" in refused.content.decode()


def test_a_stranger_finds_no_paid_copy(client: Client, cast: Cast) -> None:
    invoice = paid(cast.individual, at=clock.now() - timedelta(days=9))
    client.force_login(cast.outsider)

    assert client.get(address(invoice)).status_code == 404
