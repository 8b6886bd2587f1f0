"""What must always hold of quotes. `invoices/checks.py` asks."""

from __future__ import annotations

from django.db.models import F, Q

from invoices.content import content_hash
from invoices.models import Quote
from invoices.quote_content import agreement_content, quote_content
from invoices.states import DocumentKind, InvoiceStatus, QuoteStatus

_CHUNK = 500


def changed_quotes() -> list[str]:
    """The quotes whose content, or the words agreed to, do not hash as when they were written."""
    return [quote.number for quote in Quote.objects.order_by("pk").iterator(_CHUNK) if not _is_as_frozen(quote)]


def wrong_invoices() -> list[str]:
    """The accepted quotes whose invoice is not issued, or another customer's, or of another amount or a later day."""
    same = Q(
        invoice__status=InvoiceStatus.ISSUED,
        invoice__kind=DocumentKind.INVOICE,
        invoice__customer=F("customer"),
        invoice__net_cents=F("net_cents"),
        invoice__total_cents=F("total_cents"),
        invoice__issue_date__lte=F("valid_until"),
    )
    accepted = Quote.objects.filter(status=QuoteStatus.ACCEPTED)
    agreed = accepted.filter(same).values("pk")
    return list(accepted.exclude(pk__in=agreed).order_by("pk").values_list("number", flat=True))


def _is_as_frozen(quote: Quote) -> bool:
    agreed = content_hash(agreement_content(quote, quote.agreed_text)) if quote.agreed_text else ""
    return content_hash(quote_content(quote)) == quote.content_hash and agreed == quote.agreed_hash
