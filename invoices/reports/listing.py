"""Invoices and credit notes as a table, one row each, with what is still to pay on the day of the question."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.money import ZERO
from core.references import CustomerNumber
from core.sheets import Sheet
from invoices.beside import with_beside
from invoices.selectors.credits import credited_totals
from invoices.selectors.lists import state_with
from invoices.states import DocumentKind, InvoiceStatus, Settlement
from ledger import selectors as ledger

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from django.db.models import QuerySet

    from core.money import Money
    from core.sheets import Row
    from invoices.models import Invoice

_AT_ONCE = 1_000


def invoice_sheet(invoices: QuerySet[Invoice], *, on: date) -> Sheet:
    """The issued ones of these, in their order, in the language of this moment. Amounts of credit notes are negative.

    Read a thousand at a time, with two questions more for where each thousand stands.
    """
    columns = [
        _("Number"),
        _("Kind"),
        _("Issue date"),
        _("Due date"),
        _("Customer number"),
        _("Customer"),
        _("Country"),
        _("VAT number"),
        _("Subject"),
        _("Excl. VAT"),
        _("VAT"),
        _("Incl. VAT"),
        _("To pay"),
        _("State"),
    ]
    words = {str(value): str(label) for value, label in (*DocumentKind.choices, *Settlement.choices)}
    issued = with_beside(invoices.filter(status=InvoiceStatus.ISSUED))
    return Sheet(_("Invoices"), columns, _rows(issued, on, words))


def _rows(issued: QuerySet[Invoice], on: date, words: Mapping[str, str]) -> Iterator[Row]:
    found = issued.iterator(_AT_ONCE)
    while some := list(islice(found, _AT_ONCE)):
        dues = ledger.dues_of([str(invoice.number) for invoice in some if not invoice.is_credit_note])
        taken = credited_totals(some)
        for invoice in some:
            due = dues.get(str(invoice.number))
            state = state_with(invoice, due, taken.get(invoice.pk, ZERO), on=on)
            yield _row(invoice, due.open if due else None, words[state], words[invoice.kind])


def _row(invoice: Invoice, left: Money | None, state: str, kind: str) -> Row:
    buyer = invoice.buyer
    return [
        str(invoice.number),
        kind,
        invoice.issue_date,
        None if invoice.is_credit_note else invoice.due_date,
        CustomerNumber(buyer["number"]).compact,
        buyer["name"],
        buyer["country"],
        buyer["vat_number"],
        invoice.subject,
        invoice.counted(invoice.net_cents),
        invoice.counted(invoice.vat_cents),
        invoice.counted(invoice.total_cents),
        left,
        state,
    ]
