"""Close periods: what each day, month and year recorded, and the perpetual totals, hashed one after the other.

BOI-TVA-DECLA-30-10-30 asks closings of software that records payments: daily, monthly, yearly, each with the total of
its period and the perpetual total. They work on the moment of recording and block nothing; what blocks is the lock of
a month (`close_month`), on the date of effect.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from core.clock import local_date, start_of
from ledger.facts import GENESIS, chained, closing_text
from ledger.models import Closing, ClosingKind, Link
from ledger.services.record import record
from ledger.services.sealing import is_only_sealer, seal
from ledger.signing import sign
from ledger.totals import Totals, totals_between

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Period:
    """What is about to be closed."""

    starts_on: date
    ends_on: date
    last_position: int
    totals: Totals


def close_periods(*, at: datetime) -> list[Closing]:
    """Seal what waits, then close each day that is over in Europe/Paris, and the months and years that days complete.

    Days without a posting are closed too. May be repeated and may run twice at once; returns the new closings.
    """
    seal(at=at, thorough=True)
    made: list[Closing] = []
    for kind in ClosingKind:
        while closing := _close_next(kind, at=at):
            made.append(closing)
    return made


def last_closing(kind: str) -> Closing | None:
    """The newest closing of a kind."""
    return Closing.objects.filter(kind=kind).order_by("-starts_on").first()


@transaction.atomic
def _close_next(kind: ClosingKind, *, at: datetime) -> Closing | None:
    """The next period of a kind, if it is over."""
    if not is_only_sealer():
        return None
    before = last_closing(kind)
    return _next_day(before, at=at) if kind is ClosingKind.DAY else _next_of_parts(kind, before, at=at)


def _next_day(before: Closing | None, *, at: datetime) -> Closing | None:
    day = before.ends_on + _ONE_DAY if before else _first_day()
    if day is None or day >= local_date(at):
        return None
    first = before.last_position + 1 if before else 1
    last = _last_of(day, first)
    return _write(ClosingKind.DAY, _Period(day, day, last, totals_between(first, last)), before, at=at)


def _first_day() -> date | None:
    first = Link.objects.order_by("recorded_at").first()
    return local_date(first.recorded_at) if first else None


def _last_of(day: date, first: int) -> int:
    """The last link of a day: the one before the first that was recorded on a later day, or the head."""
    later = Link.objects.filter(position__gte=first, recorded_at__gte=start_of(day + _ONE_DAY)).order_by("position")
    if beyond := later.first():
        return beyond.position - 1
    head = Link.objects.order_by("-position").first()
    return max(head.position, first - 1) if head else first - 1


def _next_of_parts(kind: ClosingKind, before: Closing | None, *, at: datetime) -> Closing | None:
    """The month made of its closed days, or the year made of its closed months, once the last of them is there."""
    part, ends = _PARTS[kind]
    parts = Closing.objects.filter(kind=part).order_by("starts_on")
    waiting = list(parts.filter(starts_on__gt=before.ends_on) if before else parts)
    place = next((place for place, each in enumerate(waiting) if ends(each.ends_on)), None)
    if place is None:
        return None
    covered = waiting[: place + 1]
    added = Totals.added(each.totals for each in covered)
    first, last = covered[0], covered[-1]
    return _write(kind, _Period(first.starts_on, last.ends_on, last.last_position, added), before, at=at)


def _ends_a_month(day: date) -> bool:
    return (day + _ONE_DAY).day == 1


def _ends_a_year(day: date) -> bool:
    return (day.month, day.day) == (12, 31)


_PARTS: Final[dict[ClosingKind, tuple[ClosingKind, Callable[[date], bool]]]] = {
    ClosingKind.MONTH: (ClosingKind.DAY, _ends_a_month),
    ClosingKind.YEAR: (ClosingKind.MONTH, _ends_a_year),
}


def _write(kind: ClosingKind, period: _Period, before: Closing | None, *, at: datetime) -> Closing:
    """Hash it after the one before, sign it, and record it as a fact of its own."""
    totals = period.totals
    closing = Closing(
        kind=kind,
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        first_position=before.last_position + 1 if before else 1,
        last_position=period.last_position,
        totals=totals.as_json(),
        head=Link.objects.filter(position=period.last_position).values_list("hash", flat=True).first() or GENESIS,
        closed_at=at,
        **_columns(totals, before),
    )
    closing.hash = chained(before.hash if before else GENESIS, closing_text(closing))
    closing.signature = sign(closing.hash)
    closing.save(force_insert=True)
    dates = {"starts_on": period.starts_on.isoformat(), "ends_on": period.ends_on.isoformat()}
    record(f"closing.{kind.value.lower()}", {**dates, "hash": closing.hash}, at=at)
    return closing


def _columns(totals: Totals, before: Closing | None) -> dict[str, Any]:
    period = {"sales_cents": totals.sales, "vat_cents": totals.vat, "received_cents": totals.received}
    ever = {f"perpetual_{name}": getattr(before, f"perpetual_{name}", 0) + cents for name, cents in period.items()}
    return {**period, **ever}
