"""Questions about credit notes: what is left of an invoice, who took what back, and where the money went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Sum

from core.money import Money
from invoices.crediting import what_is_left
from invoices.models import Invoice, InvoiceLine, InvoiceVat
from invoices.states import FreedMoney, InvoiceStatus
from ledger import selectors as ledger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from invoices.crediting import Left


def credit_notes_of(invoice: Invoice) -> QuerySet[Invoice]:
    """The credit notes of an invoice, oldest first."""
    return Invoice.objects.filter(original=invoice, status=InvoiceStatus.ISSUED).order_by("issue_date", "number")


def left_of(invoice: Invoice) -> Left:
    """What no credit note took back yet of an issued invoice. Four queries."""
    notes = {"invoice__original": invoice, "invoice__status": InvoiceStatus.ISSUED}
    return what_is_left(
        list(invoice.lines.order_by("position")),
        list(invoice.vat.order_by("-rate", "category")),
        taken_lines=InvoiceLine.objects.filter(**notes).order_by("pk"),
        taken_vat=InvoiceVat.objects.filter(**notes).order_by("pk"),
    )


def credited_totals(invoices: Sequence[Invoice]) -> dict[int, Money]:
    """What credit notes took back of each of these invoices, with VAT; those without any are left out. One query."""
    rows = Invoice.objects.filter(original__in=invoices, status=InvoiceStatus.ISSUED).order_by()
    taken = rows.values_list("original").annotate(taken=Sum("total_cents"))
    return {original: Money(cents) for original, cents in taken if original is not None}


def refund_key(note: Invoice) -> str:
    """The name of the holds that keep the money which a credit note freed: one hold a lot, `<name>:<lot>`."""
    return f"credit_note:{note.number}"


def money_to_refund(note: Invoice) -> list[ledger.HeldLot]:
    """The lots whose money still waits for its refund after this credit note. One query.

    Whoever refunds gives each `lot_id`, `amount` and `key` to the ledger (`refund_lot`, `closes_hold`).
    """
    if note.freed_money != FreedMoney.REFUND:
        return []
    return ledger.held_lots(note.customer_id, refund_key(note))


def credit_note_by_key(key: str) -> Invoice | None:
    """The credit note that was issued under this key, when there is one."""
    return Invoice.objects.filter(key=key).first()
