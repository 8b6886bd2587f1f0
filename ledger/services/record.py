"""Proof: facts recorded for ever, and months closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from core.clock import local_date
from ledger.models import ClosedMonth, SealedEvent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime


class MonthNotOver(ValueError):
    """Only a month that is over may be closed."""


def record(kind: str, payload: Mapping[str, object], *, at: datetime) -> SealedEvent:
    """Append a fact to the sealed record, in the transaction that makes it true. `payload` holds plain JSON values."""
    return SealedEvent.objects.create(kind=kind, payload=dict(payload), recorded_at=at)


def record_many(kind: str, payloads: Sequence[Mapping[str, object]], *, at: datetime) -> None:
    """Append facts of one kind, in order. One statement; promise as `record`."""
    SealedEvent.objects.bulk_create(
        [SealedEvent(kind=kind, payload=dict(payload), recorded_at=at) for payload in payloads]
    )


def close_month(month: date, *, at: datetime) -> ClosedMonth:
    """Refuse, from now on, any transaction that takes effect in this month. Waits for those being posted.

    Close it when every bank statement and provider report of the month is in. Repeatable; never undone.
    """
    today = local_date(at)
    if (month.year, month.month) >= (today.year, today.month):
        raise MonthNotOver(f"{month:%Y-%m} is not over")
    with transaction.atomic():
        closed = ClosedMonth.objects.filter(year=month.year, month=month.month).first()
        return closed or ClosedMonth.objects.create(year=month.year, month=month.month, closed_at=at)
