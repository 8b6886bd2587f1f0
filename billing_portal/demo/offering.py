"""What the cast is offered: the town hall agrees to a quote and pays its invoice; Claire has not answered hers."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from accounts.models import User
from core.clock import local_date
from core.formats import money_text
from core.money import Money
from invoices import services as invoices
from invoices.services import NewLine
from invoices.states import QuoteKind

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Customer
    from invoices.models import Quote

MIGRATION: Final = NewLine("Migration du site et des boîtes aux lettres", Decimal(1), Decimal("180.00"), Decimal(20))
REDESIGN: Final = NewLine("Refonte du site, cinq pages", Decimal(5), Decimal("75.00"), Decimal(20))
_VALID: Final = timedelta(days=60)
_AGENT: Final = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def offer(customer: Customer, line: NewLine, *, at: datetime) -> Quote:
    """A quote, valid for two months."""
    draft = invoices.draft(customer, [line], at=at)
    return invoices.send_quote(draft, QuoteKind.QUOTE, valid_until=local_date(at) + _VALID, at=at)


def agree(customer: Customer, email: str, *, at: datetime) -> None:
    """That person accepts what is offered to the customer, as its page does: the invoice is issued."""
    quote = customer.quotes.get()
    by = User.objects.get(email=email)
    words = f"J’accepte {quote.number} pour {money_text(Money(quote.total_cents))} TTC. La facture est émise aussitôt."
    agreement = invoices.Agreement(by, "127.0.0.1", _AGENT, words)
    invoices.accept(quote, agreement, at=at)
