"""What a person with a database shell cannot do with credit notes, on both engines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import DatabaseError, connection, transaction

from core.money import Money
from invoices import services
from invoices.models import Invoice, InvoiceLine, InvoiceVat
from invoices.services import Request, TakenBack
from invoices.tests.making import HOSTING, MAILBOXES, issued, pay
from tests.support.cast import NOON
from tests.support.rivals import Rival

if TYPE_CHECKING:
    from accounts.models import Customer
    from tests.support.cast import Cast

pytestmark = pytest.mark.django_db
OF_ITS_INVOICE, WITHIN = "invoices_credit_note_of_its_invoice", "invoices_credit_note_within_invoice"
REPLACEMENT = "invoices_replacement_of_taken_back"
NUMBER = "AV2026-000009"


def drafted(invoice: Invoice, net: int = 3900, vat: int = 780, *, position: int = 1, **other: Any) -> Invoice:
    """A credit note written by hand, not issued: that much of one line."""
    facts: dict[str, Any] = {
        "customer_id": invoice.customer_id,
        "vat_on_debits": invoice.vat_on_debits,
        "original_id": invoice.pk,
    }
    facts["key"] = f"by hand {Invoice.objects.count()}"
    note = Invoice.objects.create(
        kind="CREDIT_NOTE",
        reason="x",
        freed_money="BALANCE",
        net_cents=net,
        vat_cents=vat,
        total_cents=net + vat,
        created_at=NOON,
        **(facts | other),
    )
    line, group = invoice.lines.get(position=position), invoice.vat.get()
    line.pk, line.invoice_id, line.original_id, line.net_cents, line.position = None, note.pk, line.pk, net, 1
    group.pk, group.invoice_id, group.base_cents, group.vat_cents = None, note.pk, net, vat
    InvoiceLine.objects.bulk_create([line])
    InvoiceVat.objects.bulk_create([group])
    return note


def issue(document: Invoice, *, number: str = NUMBER, date: str = "2026-11-30", tx: int = 0) -> None:
    """Issue by hand, in the name of a transaction of somebody else."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE invoices_invoice SET status = 'ISSUED', number = %s, issue_date = %s, due_date = %s,"
            " issued_at = %s, content_hash = %s, ledger_tx_id = %s WHERE id = %s",
            [number, date, date, NOON, "0" * 64, tx, document.pk],
        )


def spare_tx(customer: Customer) -> int:
    """A transaction that no document names."""
    return pay(customer, 1, ref=f"spare {Invoice.objects.count()}").tx_id


def refused(document: Invoice, guard: str, **more: Any) -> None:
    tx = spare_tx(document.customer)
    with pytest.raises(DatabaseError, match=guard):
        issue(document, tx=tx, **more)


def test_what_is_right_is_let_through(customer: Customer) -> None:
    note = drafted(issued(customer))

    issue(note, tx=spare_tx(customer))

    assert Invoice.objects.get(pk=note.pk).is_issued


@pytest.mark.parametrize(("net", "vat"), [(3901, 780), (3900, 781), (3900, 779), (3899, 781), (-100, -20)])
def test_no_line_no_base_and_no_vat_is_taken_beyond_what_it_is(customer: Customer, net: int, vat: int) -> None:
    invoice = issued(customer)
    if net < 0:
        with pytest.raises(DatabaseError), transaction.atomic():
            drafted(invoice, net, vat)
        return
    refused(drafted(invoice, net, vat), WITHIN)


def test_what_was_taken_before_counts(customer: Customer) -> None:
    invoice = issued(customer)
    services.issue_credit_note(invoice, [TakenBack(1, amount=Money(1000))], Request("x", "k"), at=NOON)

    refused(drafted(invoice, 2901, 580), WITHIN)


def test_a_line_is_not_taken_for_another(customer: Customer) -> None:
    """5 € and 39 €: 40 € of the first are within the VAT of the invoice, but not within the line."""
    invoice = issued(customer, HOSTING, MAILBOXES)

    refused(drafted(invoice, 4000, 800, position=1), WITHIN)


def test_a_base_taken_whole_takes_its_vat_whole(customer: Customer) -> None:
    refused(drafted(issued(customer), 3900, 700), WITHIN)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE invoices_invoiceline SET rate = 10 WHERE invoice_id = {note}",
        "UPDATE invoices_invoiceline SET category = 'Z' WHERE invoice_id = {note}",
        "UPDATE invoices_invoiceline SET original_id = NULL WHERE invoice_id = {note}",
        "UPDATE invoices_invoiceline SET original_id = {foreign} WHERE invoice_id = {note}",
        "UPDATE invoices_invoicevat SET revenue_account = '707000' WHERE invoice_id = {note}",
        "UPDATE invoices_invoicevat SET vat_account = '445712' WHERE invoice_id = {note}",
        "UPDATE invoices_invoicevat SET rate = 10 WHERE invoice_id = {note}",
        "UPDATE invoices_invoice SET vat_on_debits = NOT vat_on_debits WHERE id = {note}",
        "UPDATE invoices_invoice SET customer_id = {other} WHERE id = {note}",
    ],
)
def test_it_says_what_its_invoice_says(cast: Cast, change: str) -> None:
    invoice, other = issued(cast.individual), issued(cast.company)
    note = drafted(invoice)
    with connection.cursor() as cursor:
        cursor.execute(change.format(note=note.pk, foreign=other.lines.get().pk, other=cast.company.pk))

    refused(note, OF_ITS_INVOICE)


def test_a_draft_or_a_credit_note_is_not_taken_back(customer: Customer) -> None:
    invoice = issued(customer)
    note = services.issue_credit_note(invoice, None, Request("x", "k"), at=NOON)

    refused(drafted(note), OF_ITS_INVOICE)


def test_it_is_not_older_than_its_invoice(customer: Customer) -> None:
    refused(drafted(issued(customer)), OF_ITS_INVOICE, date="2026-11-29")


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("original_id = NULL", "invoices_note_says_what_and_why"),
        ("reason = ''", "invoices_note_says_what_and_why"),
        ("key = NULL", "invoices_note_says_what_and_why"),
        ("key = ''", "invoices_note_says_what_and_why"),
        ("freed_money = 'LOST'", "invoices_note_says_what_and_why"),
        ("kind = 'INVOICE'", "invoices_note_says_what_and_why"),
        ("replaces_id = original_id", "invoices_note_says_what_and_why"),
        ("freed_cents = total_cents + 1", "invoices_freed_within_total"),
        ("freed_cents = -1", "invoices_freed_within_total"),
    ],
)
def test_a_credit_note_obeys_its_constraints(customer: Customer, change: str, constraint: str) -> None:
    note = drafted(issued(customer))

    with pytest.raises(DatabaseError, match=constraint), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE invoices_invoice SET {change} WHERE id = {note.pk}")


def test_numbers_are_those_of_its_kind(customer: Customer) -> None:
    refused(drafted(issued(customer)), "invoices_number_form", number="FA2026-000009")
    refused(services.draft(customer, [HOSTING], at=NOON), "invoices_", number=NUMBER)


def test_a_key_is_used_once(customer: Customer) -> None:
    drafted(issued(customer), key="the key")

    with pytest.raises(DatabaseError), transaction.atomic():
        drafted(issued(customer), key="the key")


def test_a_credit_note_takes_each_line_once(customer: Customer) -> None:
    note = drafted(issued(customer))
    line = note.lines.get()
    line.pk, line.position = None, 2

    with pytest.raises(DatabaseError), transaction.atomic():
        InvoiceLine.objects.bulk_create([line])


def test_an_invoice_with_credit_notes_is_never_deleted(customer: Customer) -> None:
    invoice = issued(customer)
    services.issue_credit_note(invoice, None, Request("x", "k"), at=NOON)

    with (
        pytest.raises(DatabaseError, match="invoices_invoice_stays"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM invoices_invoice WHERE id = %s", [invoice.pk])


@pytest.mark.parametrize("taken", [None, 1000])
def test_only_what_is_taken_back_whole_is_replaced(customer: Customer, taken: int | None) -> None:
    invoice = issued(customer)
    if taken:
        services.issue_credit_note(invoice, [TakenBack(1, amount=Money(taken))], Request("x", "k"), at=NOON)
    new = services.draft(customer, [HOSTING], at=NOON)
    group = invoice.vat.get()
    group.pk, group.invoice_id = None, new.pk
    InvoiceVat.objects.bulk_create([group])
    Invoice.objects.filter(pk=new.pk).update(replaces=invoice)

    refused(new, REPLACEMENT, number="FA2026-000009")


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer at a time")
def test_two_who_do_not_lock_wait_for_each_other_all_the_same(customer: Customer) -> None:
    invoice = issued(customer)
    notes = [drafted(invoice), drafted(invoice)]
    txs = [spare_tx(customer), pay(customer, 1, ref="another").tx_id]

    with Rival() as first, Rival() as second:
        first.do(lambda: issue(notes[0], tx=txs[0]))
        waiting = second.start(lambda: issue(notes[1], number="AV2026-000010", tx=txs[1]))
        assert second.waits(waiting)
        first.commit()
        with pytest.raises(DatabaseError, match=WITHIN):
            waiting.result(15)

    assert Invoice.objects.filter(original=invoice, status="ISSUED").count() == 1
