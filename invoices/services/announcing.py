"""Write to customers about their invoices: what it is, how much, until when, or that it is already settled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.notify import notify
from core.money import Money
from invoices.models import Invoice
from invoices.parties import Buyer, Seller
from invoices.presenting import what_became
from invoices.states import InvoiceStatus
from invoices.wording import terms_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


def announce(invoice_ids: Sequence[int], *, at: datetime) -> int:
    """Tell the customers that these invoices are issued. One mail for each invoice and address, however often asked."""
    issued = (
        Invoice.objects.filter(pk__in=invoice_ids, status=InvoiceStatus.ISSUED)
        .select_related("customer", "original")
        .order_by("pk")
    )
    for invoice in issued:
        _announce(invoice, at=at)
    return len(issued)


def _announce(invoice: Invoice, *, at: datetime) -> None:
    with translation.override(invoice.customer.language):
        context = _words(invoice)
    notify(invoice.customer, _kind(invoice), context, key=f"invoice:{invoice.number}:issued", at=at)


def _kind(invoice: Invoice) -> str:
    if invoice.is_credit_note:
        return "credit_note.issued"
    return "invoice.issued.covered" if invoice.paid_at_issue_cents == invoice.total_cents else "invoice.issued"


def _words(invoice: Invoice) -> dict[str, Any]:
    seller, buyer = Seller.thawed(invoice.seller), Buyer.thawed(invoice.buyer)
    return {
        "invoice": invoice,
        "original": invoice.original,
        "what_became": what_became(invoice) if invoice.is_credit_note else "",
        "total": Money(invoice.total_cents),
        "paid": Money(invoice.paid_at_issue_cents),
        "to_pay": Money(invoice.total_cents - invoice.paid_at_issue_cents),
        "is_public": buyer.is_public,
        "terms": terms_text(buyer.days_from_receipt),
        "iban": seller.iban_text,
        "reference": buyer.reference.rf_shown,
        "page": settings.SITE_URL + reverse("invoices:detail", args=[invoice.public_id]),
        "transfer": [
            {"term": _("Beneficiary"), "value": seller.bank_holder},
            {"term": "IBAN", "value": seller.iban_text},
            {"term": "BIC", "value": seller.bic},
            {"term": _("Reference"), "value": buyer.reference.rf_shown},
        ],
    }
