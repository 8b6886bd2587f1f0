"""Write to customers about quotes and pro forma invoices: what is offered, until when, where to answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse

from accounts.notify import notify
from core.money import Money
from invoices.models import Quote
from invoices.states import QuoteKind

if TYPE_CHECKING:
    from datetime import datetime


def announce_quote(quote_id: int, *, at: datetime) -> None:
    """Tell the customer that the quote is there. One mail for each address, however often asked."""
    quote = Quote.objects.select_related("customer").get(pk=quote_id)
    context = {
        "quote": quote,
        "is_pro_forma": quote.kind == QuoteKind.PROFORMA,
        "total": Money(quote.total_cents),
        "page": settings.SITE_URL + reverse("invoices:quote", args=[quote.public_id]),
    }
    notify(quote.customer, "quote.sent", context, key=f"quote:{quote.number}:sent", at=at)
