"""The balance of a year as a drawing: pure arithmetic in whole cents and tenths of a unit, no database, no float.

The drawing is 600 × 200 units: a month is 50 wide whatever its number of days, so that the labels below stand in line.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.formats import day_text, money_text, month_text
from core.money import ZERO, Money

if TYPE_CHECKING:
    from collections.abc import Sequence

MONTHS = 12
_MONTH_WIDTH, _WIDTH, _HEIGHT = 500, 6000, 2000  # in tenths of a unit
_STEPS_IN_CENTS = [part * 10**power for power in range(2, 13) for part in (1, 2, 5)]
_MOST_STEPS = 5

Point = tuple[date, Money]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table that says the same as the drawing."""

    month: str
    balance: Money


@dataclass(frozen=True, slots=True)
class BalanceChart:
    """What templates/parts/chart_balance.html draws."""

    title: str
    sentence: str
    levels: list[str]
    months: list[str]
    rows: list[Row]
    grid: str
    zero: str
    area: str
    below: str
    line: str


@dataclass(frozen=True, slots=True)
class _Scale:
    """From days and amounts to places of the drawing, in tenths of a unit."""

    since: date
    top: int
    step: int
    steps: int

    @property
    def bottom(self) -> int:
        return self.top - self.step * self.steps

    def x(self, day: date) -> int:
        months = (day.year - self.since.year) * 12 + day.month - self.since.month
        return months * _MONTH_WIDTH + (day.day - 1) * _MONTH_WIDTH // monthrange(day.year, day.month)[1]

    def y(self, cents: int) -> int:
        return (self.top - cents) * _HEIGHT // (self.top - self.bottom)


def first_day(today: date) -> date:
    """Where the drawing starts: the first of the month, eleven months before this one."""
    months = today.year * 12 + today.month - 1 - (MONTHS - 1)
    return date(months // 12, months % 12 + 1, 1)


def balance_chart(points: Sequence[Point], *, today: date) -> BalanceChart:
    """Draw `points`, (day, balance at its end) in order; before the first one the account was empty."""
    since = first_day(today)
    steps = _steps(points, since)
    scale = _scale([balance.cents for _day, balance in steps], since)
    end = min(scale.x(today + timedelta(days=1)), _WIDTH)
    corners = [(scale.x(day), balance.cents) for day, balance in steps]
    return BalanceChart(
        title=_("Step curve of the balance, from %(first)s to %(last)s") % _ends(since, today),
        sentence=_sentence(steps, today),
        levels=[_level(scale.top - scale.step * i) for i in range(scale.steps + 1)],
        months=[month_text(day.month, short=True) for day in _months(since)],
        rows=_rows(steps, since, today),
        grid="".join(f"M0 {_units(scale.y(scale.top - scale.step * i))}h600" for i in range(scale.steps + 1)),
        zero=f"M0 {_units(scale.y(0))}h600",
        area=_filled(corners, end, scale, above=True),
        below=_filled(corners, end, scale, above=False),
        line=_line(corners, end, scale),
    )


def _steps(points: Sequence[Point], since: date) -> list[Point]:
    """The points of the drawing, the first one on its first day."""
    before = [balance for day, balance in points if day <= since]
    return [(since, before[-1] if before else ZERO), *(point for point in points if point[0] > since)]


def _scale(cents: Sequence[int], since: date) -> _Scale:
    """The smallest round step with which five steps hold every amount, zero included."""
    highest, lowest = max(0, *cents), min(0, *cents)
    for step in _STEPS_IN_CENTS:
        above, below = -(-highest // step), -(lowest // step)
        if above + below <= _MOST_STEPS:
            return _Scale(since, top=max(above, 1) * step, step=step, steps=max(above, 1) + below)
    raise ValueError("an amount beyond all scales")


def _line(corners: Sequence[tuple[int, int]], end: int, scale: _Scale) -> str:
    start, *others = corners
    moves = "".join(f"H{_units(x)}V{_units(scale.y(cents))}" for x, cents in others)
    return f"M{_units(start[0])} {_units(scale.y(start[1]))}{moves}H{_units(end)}"


def _filled(corners: Sequence[tuple[int, int]], end: int, scale: _Scale, *, above: bool) -> str:
    """What lies between the curve and zero, above it or below it; empty when there is nothing."""
    kept = [(x, max(cents, 0) if above else min(cents, 0)) for x, cents in corners]
    if not any(cents for _x, cents in kept):
        return ""
    zero = _units(scale.y(0))
    moves = "".join(f"H{_units(x)}V{_units(scale.y(cents))}" for x, cents in kept)
    return f"M0 {zero}{moves}H{_units(end)}V{zero}z"


def _sentence(steps: Sequence[Point], today: date) -> str:
    amounts = [balance for _day, balance in steps]
    if not any(amounts):
        return _("No movement in the last twelve months: the balance stayed at %(zero)s.") % {"zero": money_text(ZERO)}
    high_day, highest = max(steps, key=lambda step: step[1])
    low_day, lowest = min(steps, key=lambda step: step[1])
    words = _("Highest: %(high)s, on %(high_day)s. Lowest: %(low)s, on %(low_day)s.") % {
        "high": money_text(highest),
        "high_day": day_text(high_day),
        "low": money_text(lowest),
        "low_day": day_text(low_day),
    }
    days = _days_below_zero(steps, today)
    under = ngettext("Below zero for %(days)s day.", "Below zero for %(days)s days.", days) % {"days": days}
    return f"{words} {under}" if days else f"{words} " + _("Never below zero.")


def _days_below_zero(steps: Sequence[Point], today: date) -> int:
    ends = pairwise([*steps, (today + timedelta(days=1), ZERO)])
    return sum((end - start).days for (start, balance), (end, _after) in ends if balance < ZERO)


def _rows(steps: Sequence[Point], since: date, today: date) -> list[Row]:
    rows = []
    for first in _months(since):
        last = first.replace(day=monthrange(first.year, first.month)[1])
        balance = [amount for day, amount in steps if day <= last][-1]
        name = f"{month_text(first.month)} {first.year}"
        rows.append(Row(day_text(today) if last > today else name[0].upper() + name[1:], balance))
    return rows


def _months(since: date) -> list[date]:
    serials = range(since.year * 12 + since.month - 1, since.year * 12 + since.month - 1 + MONTHS)
    return [date(serial // 12, serial % 12 + 1, 1) for serial in serials]


def _ends(since: date, today: date) -> dict[str, str]:
    return {"first": f"{month_text(since.month)} {since.year}", "last": f"{month_text(today.month)} {today.year}"}


def _level(cents: int) -> str:
    return money_text(Money(cents), cents=False)


def _units(tenths: int) -> str:
    whole, tenth = divmod(tenths, 10)
    return f"{whole}.{tenth}" if tenth else str(whole)
