"""Write to customers about their invoices: what it is, how much, until when, or that it is already settled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse

from accounts.notify import notify
from core.money import Money
from invoices.models import Invoice
from invoices.states import InvoiceStatus

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


def announce(invoice_ids: Sequence[int], *, at: datetime) -> int:
    """Tell the customers that these invoices are issued. One mail for each invoice and address, however often asked."""
    issued = (
        Invoice.objects.filter(pk__in=invoice_ids, status=InvoiceStatus.ISSUED)
        .select_related("customer")
        .order_by("pk")
    )
    for invoice in issued:
        _announce(invoice, at=at)
    return len(issued)


def _announce(invoice: Invoice, *, at: datetime) -> None:
    to_pay = Money(invoice.total_cents - invoice.paid_at_issue_cents)
    context = {
        "invoice": invoice,
        "total": Money(invoice.total_cents),
        "paid": Money(invoice.paid_at_issue_cents),
        "to_pay": to_pay,
        "reference": invoice.customer.reference.rf_shown,
        "page": settings.SITE_URL + reverse("invoices:detail", args=[invoice.public_id]),
        "top_up": settings.SITE_URL + reverse("payments:top_up"),
    }
    kind = "invoice.issued" if to_pay else "invoice.issued.covered"
    notify(invoice.customer, kind, context, key=f"invoice:{invoice.number}:issued", at=at)
