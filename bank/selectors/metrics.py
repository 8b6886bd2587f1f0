"""How well lines are matched, and what waits on 471000, for how long."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Final

from django.db.models import Count, F, Min, Q, Sum
from django.db.models.functions import Coalesce

from bank.models import Decision, LineWork
from bank.words import WAITING, Action, LineState
from core.money import Money

if TYPE_CHECKING:
    from datetime import date, datetime

_MOST_TIMES: Final = 10_000
AGES: Final = (7, 30, 90)
"""The ends, in days, of the ages in which money on 471000 is shown."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """Of the decisions of a period. Rates are per cent; `seconds` is the median that people looked at a line."""

    credited: int
    automatic: int
    automatic_undone: int
    undone: int
    seconds: int | None
    waiting: int
    oldest_on: date | None

    @property
    def automatic_rate(self) -> int | None:
        """Lines credited by the rules, of a hundred."""
        return round(100 * self.automatic / self.credited) if self.credited else None


@dataclass(frozen=True, slots=True)
class Age:
    """What rests on 471000 for so many days: up to `days`, or longer when there are none."""

    days: int | None
    lines: int
    amount: Money


def matching_metrics(*, since: datetime, until: datetime) -> Metrics:
    """The figures of these days, and what waits now. Three queries."""
    credited = Q(action=Action.CREDIT)
    counted = Decision.objects.filter(at__gte=since, at__lt=until).aggregate(
        credited=Count("pk", filter=credited),
        automatic=Count("pk", filter=credited & Q(by=None)),
        automatic_undone=Count("pk", filter=credited & Q(by=None, undone__isnull=False)),
        undone=Count("pk", filter=Q(undone__isnull=False)),
    )
    looked = Decision.objects.filter(at__gte=since, at__lt=until, seconds__isnull=False, batch="")
    times = [seconds or 0 for seconds in looked.order_by("-pk").values_list("seconds", flat=True)[:_MOST_TIMES]]
    waits = LineWork.objects.filter(state__in=WAITING).aggregate(lines=Count("pk"), oldest=Min("line__booked_on"))
    return Metrics(
        **counted,
        seconds=round(median(times)) if times else None,
        waiting=waits["lines"],
        oldest_on=waits["oldest"],
    )


def suspense_by_age(*, on: date) -> list[Age]:
    """The money on 471000 by the days since it was booked; what was left aside counts too. One query."""
    rest = LineWork.objects.filter(state__in=[*WAITING, LineState.IGNORED], tx__isnull=False)
    rows = rest.values(booked_on=F("line__booked_on")).annotate(
        lines=Count("pk"), cents=Coalesce(Sum("line__amount_cents"), 0)
    )
    counted = {days: [0, 0] for days in (*AGES, None)}
    for row in rows:
        age = (on - row["booked_on"]).days
        bucket = counted[next((days for days in AGES if age <= days), None)]
        bucket[0] += row["lines"]
        bucket[1] += row["cents"]
    return [Age(days, lines, Money(cents)) for days, (lines, cents) in counted.items()]
