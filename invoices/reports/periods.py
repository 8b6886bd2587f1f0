"""Months and quarters of returns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from invoices.selectors import Period

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Period", "Quarter", "months_of"]


@dataclass(frozen=True, order=True, slots=True)
class Quarter:
    """A quarter of a year, 1 to 4."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Quarter:
        return cls(day.year, (day.month + 2) // 3)

    @property
    def period(self) -> Period:
        """Its days."""
        after = date(self.year + self.number // 4, 3 * self.number % 12 + 1, 1)
        return Period(date(self.year, 3 * self.number - 2, 1), after - timedelta(days=1))

    def __str__(self) -> str:
        return f"{self.year}-T{self.number}"


def months_of(period: Period) -> Iterator[Period]:
    """The months of a period, cut where it begins and ends."""
    start = period.start
    while start <= period.end:
        last = Period.of(start.year, start.month).end
        yield Period(start, min(last, period.end))
        start = last + timedelta(days=1)
