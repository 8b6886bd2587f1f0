"""A line of our bank brings an announced transfer; or its credit is undone, and the transfer is waited for again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db.models import Q

from bank.announced_transitions import move
from bank.models import AnnouncedState, AnnouncedTransfer, BankLine
from core.clock import local_date
from payments.target import add_target_days

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date, datetime

    from core.money import Money

_EARLIER: Final = timedelta(days=4)
"""A customer may say today what left a few days ago; a line from before is another transfer."""
_LATER: Final = timedelta(days=60)
_GRACE: Final = 2


def meet_announced(
    customer_id: int, amount: Money, line_id: int, documents: Sequence[str], at: datetime
) -> AnnouncedTransfer | None:
    """Close the announcement that a credited line brings, if there is one.

    It has the same amount, or names a document that the line pays; of several the nearest, by amount, then by day.
    Runs in the transaction of the credit, which holds the lock of the customer. Twice is once. No query more when the
    customer announced nothing.
    """
    known = AnnouncedTransfer.objects.filter(customer=customer_id).filter(
        Q(line=line_id) | Q(state__in=[AnnouncedState.ANNOUNCED, AnnouncedState.EXPIRED])
    )
    found = list(known.select_for_update(of=("self",)).order_by("sent_on", "pk"))
    met = next((each for each in found if each.line_id == line_id), None)
    if met is not None or not found:
        return met
    booked_on = BankLine.objects.values_list("booked_on", flat=True).get(pk=line_id)
    nearest = _nearest(found, amount, set(documents), booked_on)
    if nearest is not None:
        nearest.line_id, nearest.received_cents = line_id, amount.cents
        move(nearest, AnnouncedState.RECEIVED, at=at, detail=f"line {line_id}")
    return nearest


def reopen_announced(line_id: int, at: datetime, *, customer_id: int | None = None) -> list[AnnouncedTransfer]:
    """The credit of that line was undone: what it had brought is waited for again, two days of the banks at least.

    One about which its customer was asked goes back to that. `customer_id` narrows it to one share of a line. Runs in
    the transaction that undoes the credit. Twice is once.
    """
    found = AnnouncedTransfer.objects.select_for_update(of=("self",)).filter(line=line_id)
    if customer_id is not None:
        found = found.filter(customer=customer_id)
    again = list(found.order_by("pk"))
    for announced in again:
        announced.line_id = announced.received_cents = None
        if announced.asked_at is not None:
            move(announced, AnnouncedState.EXPIRED, at=at, detail=f"line {line_id}")
            continue
        announced.waits_until = max(announced.waits_until, add_target_days(local_date(at), _GRACE))
        move(announced, AnnouncedState.ANNOUNCED, at=at, detail=f"line {line_id}")
    return again


def _nearest(
    found: list[AnnouncedTransfer], amount: Money, documents: Collection[str], booked_on: date
) -> AnnouncedTransfer | None:
    fitting = [each for each in found if _fits(each, amount, documents, booked_on)]
    return min(fitting, key=lambda each: _distance(each, amount, booked_on), default=None)


def _fits(each: AnnouncedTransfer, amount: Money, documents: Collection[str], booked_on: date) -> bool:
    in_time = each.sent_on - _EARLIER <= booked_on <= each.sent_on + _LATER
    return in_time and (each.amount == amount or any(name in documents for name in each.documents))


def _distance(each: AnnouncedTransfer, amount: Money, booked_on: date) -> tuple[int, bool, int, int]:
    """The amount first, then one that is still waited for, then the day."""
    apart = abs(each.amount_cents - amount.cents)
    return apart, not each.is_open, abs((booked_on - each.sent_on).days), each.pk
