"""Whether the billing details of an invoice may be corrected, until when, and what the corrected one will say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from accounts.selectors import current_seller
from core.clock import days_after
from invoices.models import Invoice
from invoices.parties import Buyer, copy_buyer, copy_seller
from invoices.pricing import same_treatment
from invoices.states import CorrectionRefused, InvoiceStatus
from invoices.tax import VatNotDecided
from ledger import selectors as ledger

if TYPE_CHECKING:
    from datetime import date

    from accounts.models import Customer


@dataclass(frozen=True, slots=True)
class Correction:
    """What an invoice was corrected by."""

    credit_note: Invoice
    invoice: Invoice


def correction_of(invoice: Invoice) -> Correction | None:
    """The credit note and the new invoice that corrected this one, when it was. ≤ 2 queries."""
    new = Invoice.objects.filter(replaces=invoice, status=InvoiceStatus.ISSUED).select_related("replaces").first()
    if new is None:
        return None
    note = Invoice.objects.select_related("original").get(original=invoice, status=InvoiceStatus.ISSUED)
    return Correction(note, new)


def last_day_to_correct(invoice: Invoice, *, on: date) -> date | None:
    """Until when its customer may correct an invoice, by the seller's rule of that day; None for never. One query."""
    days = current_seller(on=on).correction_days
    return days_after(invoice.issue_date, days) if days and invoice.issue_date else None


def why_not_correct(invoice: Invoice, *, on: date, by_staff: bool = False) -> CorrectionRefused | None:
    """What stands in the way of correcting this invoice on that day, whatever the new details; None when nothing does.

    Staff may correct at any time, and the invoices of public bodies. ≤ 3 queries.
    """
    if not invoice.is_issued or invoice.is_credit_note:
        return CorrectionRefused.NOT_AN_INVOICE
    later = Invoice.objects.filter(Q(replaces=invoice) | Q(original=invoice), status=InvoiceStatus.ISSUED)
    replaced = list(later.values_list("replaces", flat=True))
    if replaced:
        return CorrectionRefused.REPLACED if invoice.pk in replaced else CorrectionRefused.CREDITED
    if any(item.disputed and item.document_ref == invoice.number for item in ledger.open_items(invoice.customer_id)):
        return CorrectionRefused.DISPUTED
    return None if by_staff else _why_not_oneself(invoice, on=on)


def why_not_with(invoice: Invoice, customer: Customer, *, on: date) -> CorrectionRefused | None:
    """What stands in the way of these new details: that they are the same, or that the VAT would be another."""
    old, new = Buyer.thawed(invoice.buyer), copy_buyer(customer)
    if _said(old) == _said(new):
        return CorrectionRefused.UNCHANGED
    try:
        alike = same_treatment(copy_seller(current_seller(on=on)), old, customer, on=on)
    except VatNotDecided:
        alike = False
    return None if alike and old.kind == new.kind else CorrectionRefused.OTHER_VAT


def _why_not_oneself(invoice: Invoice, *, on: date) -> CorrectionRefused | None:
    if Buyer.thawed(invoice.buyer).is_public:
        return CorrectionRefused.PUBLIC
    last = last_day_to_correct(invoice, on=on)
    return CorrectionRefused.LATE if last is None or on > last else None


def _said(buyer: Buyer) -> dict[str, object]:
    """What the paper says of the buyer; the language is only that of the paper."""
    return {name: value for name, value in buyer.frozen().items() if name != "language"}
