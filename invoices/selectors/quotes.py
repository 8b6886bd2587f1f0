"""The quotes and pro forma invoices of a customer: as a list, one with all that its page needs, and its stored PDF."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.money import Money
from invoices.models import Quote, Rendition
from invoices.parties import Buyer, Seller
from invoices.presenting import LINES_SHOWN, ShownLine, ShownVat, shown_lines, shown_vat
from invoices.quote_content import lines_of, vat_of
from invoices.quote_paper import quote_title
from invoices.states import QuoteStatus, RenditionKind

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date
    from uuid import UUID

    from django.db.models import QuerySet

    from accounts.models import Customer


@dataclass(frozen=True, slots=True)
class QuotePage:
    """A quote as its page shows it: the same content as the paper, and where it stands on that day."""

    quote: Quote
    title: str
    seller: Seller
    buyer: Buyer
    lines: list[ShownLine]
    lines_count: int
    vat: list[ShownVat]
    state: QuoteStatus

    @property
    def is_open(self) -> bool:
        return self.state == QuoteStatus.SENT

    @property
    def is_shortened(self) -> bool:
        """Whether it has more lines than are shown here."""
        return self.lines_count > len(self.lines)

    @property
    def net(self) -> Money:
        return Money(self.quote.net_cents)

    @property
    def total(self) -> Money:
        return Money(self.quote.total_cents)


def quotes_of(customer: Customer) -> QuerySet[Quote]:
    """The quotes and pro forma invoices of a customer, newest first."""
    return Quote.objects.filter(customer=customer).select_related("invoice").order_by("-issue_date", "-pk")


def open_quotes_numbered(numbers: Collection[str], *, on: date) -> list[Quote]:
    """Those of these quotes and pro forma invoices that may still be accepted on that day. One query."""
    found = quotes_numbered(numbers).filter(invoice=None)
    return [quote for quote in found if quote_state(quote, on=on) == QuoteStatus.SENT]


def quotes_numbered(numbers: Collection[str]) -> QuerySet[Quote]:
    """The quotes and pro forma invoices with these numbers, whatever became of them."""
    return Quote.objects.filter(number__in=list(numbers))


def get_quote(customer: Customer, public_id: UUID) -> Quote:
    """The customer's own quote. Raises Quote.DoesNotExist."""
    return quotes_of(customer).get(public_id=public_id)


def quote_page(quote: Quote, *, on: date) -> QuotePage:
    """A quote in figures, with its state on that day. No query."""
    buyer, vat = Buyer.thawed(quote.buyer), vat_of(quote)
    return QuotePage(
        quote=quote,
        title=quote_title(quote),
        seller=Seller.thawed(quote.seller),
        buyer=buyer,
        lines=shown_lines(lines_of(quote), vat, with_vat=buyer.is_consumer)[:LINES_SHOWN],
        lines_count=len(quote.lines),
        vat=shown_vat(vat),
        state=quote_state(quote, on=on),
    )


def quote_state(quote: Quote, *, on: date) -> QuoteStatus:
    """Its state on that day: what nobody answered in time has expired, whether or not it is written yet."""
    state = QuoteStatus(quote.status)
    return QuoteStatus.EXPIRED if state == QuoteStatus.SENT and on > quote.valid_until else state


def quote_file(quote: Quote) -> Rendition | None:
    """The PDF of a quote; none while it waits to be printed. One query."""
    return quote.renditions.filter(kind=RenditionKind.PDF).order_by("-created_at", "-pk").first()
