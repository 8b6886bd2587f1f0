"""What a customer paid over a period, and what of it was given or taken back."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Sum

from core.money import Money
from ledger.kinds import ItemKind, LotMovementKind
from ledger.models import Lot, LotMovement, OpenItem

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from ledger.kinds import Origin


@dataclass(frozen=True, slots=True)
class MoneyPaid:
    """Money received from one kind of source, less what was moved away as not the customer's; and what went back."""

    origin: str
    received: Money
    refunded: Money
    taken_back: Money

    @property
    def kept(self) -> Money:
        return self.received - self.refunded - self.taken_back


def money_paid(customer_id: int, start: date, end: date, *, origins: Sequence[Origin]) -> list[MoneyPaid]:
    """What was received from `start` to `end`, both included, and what went back of it until now. Two queries."""
    lots = Lot.objects.filter(
        customer=customer_id, received_on__gte=start, received_on__lte=end, origin__in=list(origins)
    )
    received: dict[str, int] = defaultdict(int)
    for origin, cents in lots.values_list("origin", "amount_cents"):
        received[origin] += cents
    gone: dict[tuple[str, str], int] = defaultdict(int)
    moved = LotMovement.objects.filter(lot__in=lots).values_list("lot__origin", "kind")
    for origin, kind, cents in moved.annotate(cents=Sum("amount_cents")).order_by():
        gone[origin, kind] += cents
    away = (LotMovementKind.MOVED, LotMovementKind.WITHDRAWN)
    return [
        MoneyPaid(
            origin,
            received=Money(cents - sum(gone[origin, kind] for kind in away)),
            refunded=Money(gone[origin, LotMovementKind.REFUNDED]),
            taken_back=Money(gone[origin, LotMovementKind.REVERSED]),
        )
        for origin, cents in sorted(received.items())
    ]


def years_of_money(customer_id: int, *, origins: Sequence[Origin]) -> list[int]:
    """The years in which such money was received, the newest first. One query."""
    days = Lot.objects.filter(customer=customer_id, origin__in=list(origins)).dates("received_on", "year", order="DESC")
    return [day.year for day in days]


def taken_back_since(customer_id: int, moment: datetime, *, received_until: date) -> Money:
    """Of what was received until that day: what was taken back after that moment, less what came back. Two queries.

    Also what had been refunded before it was taken back.
    """
    reversals = LotMovement.objects.filter(
        lot__customer=customer_id,
        lot__received_on__lte=received_until,
        kind=LotMovementKind.REVERSED,
        tx__recorded_at__gt=moment,
    )
    missing = OpenItem.objects.filter(
        customer=customer_id, kind=ItemKind.REVERSED_PAYMENT, open_cents__gt=0, tx__recorded_at__gt=moment
    )
    taken = reversals.aggregate(cents=Sum("amount_cents", default=0))["cents"]
    return Money(taken + missing.aggregate(cents=Sum("open_cents", default=0))["cents"])
