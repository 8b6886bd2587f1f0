"""Short verbs for tests: money in, an invoice, a receipt."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from core.clock import local_date
from core.money import Money
from invoices import services
from invoices.services import NewLine
from invoices.states import QuoteKind
from ledger import services as ledger
from tests.support.cast import NOON

if TYPE_CHECKING:
    from datetime import date, datetime

    from accounts.models import Customer
    from invoices.models import Invoice, Quote, Receipt

HOSTING = NewLine("Hébergement Pro, 50 Go", Decimal(1), Decimal("39.00"), Decimal(20))
MAILBOXES = NewLine("Boîte aux lettres 50 Go", Decimal(12), Decimal("3.20"), Decimal(20))


def issued(customer: Customer, *lines: NewLine, at: datetime = NOON, **more: Any) -> Invoice:
    """An invoice, issued: 46,80 € unless lines are given."""
    return services.issue(services.draft(customer, lines or [HOSTING], at=at, **more), at=at)


def pay(customer: Customer, cents: int, *, ref: str = "pi_1", at: datetime = NOON) -> ledger.Received:
    """Money that came by card."""
    return ledger.receive_money(
        customer.pk,
        Money(cents),
        source=ledger.Source(ledger.Origin.CARD, ref, f"stripe:{ref}"),
        clearing_account="517100",
        journal=ledger.Journal.CARD,
        label="Alimentation par carte",
        piece_ref=ref,
        piece_date=local_date(at),
        key=f"money:{ref}",
        at=at,
    )


def receipt(customer: Customer, cents: int = 15000, *, ref: str = "P-7K2M-94QX-3T8A", at: datetime = NOON) -> Receipt:
    """Money by card, and its receipt."""
    received = pay(customer, cents, ref=ref, at=at)
    return services.issue_receipt(
        customer,
        payment_ref=ref,
        amount=Money(cents),
        method="Visa •• 4242",
        received_at=at,
        balance_after=received.balance,
        settled=received.settled,
        at=at,
        key=f"payment:{ref}",
    )


def quoted(
    customer: Customer,
    *lines: NewLine,
    kind: QuoteKind = QuoteKind.QUOTE,
    until: date | None = None,
    at: datetime = NOON,
    **more: Any,
) -> Quote:
    """A quote, sent: 46,80 € until thirty days later, unless said otherwise."""
    draft = services.draft(customer, lines or [HOSTING], at=at, **more)
    return services.send_quote(draft, kind, valid_until=until or local_date(at) + timedelta(days=30), at=at)
