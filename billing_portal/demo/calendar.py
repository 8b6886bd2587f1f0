"""Days of the demonstration: months that end with the present one, and moments in them."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from core.clock import PARIS

if TYPE_CHECKING:
    from collections.abc import Iterator

BILLING_DAY = 5


@dataclass(frozen=True, slots=True)
class Month:
    """A month of a year."""

    year: int
    month: int

    @property
    def first(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        return date(self.year, self.month, monthrange(self.year, self.month)[1])

    def at(self, day: int, hour: int = 10, minute: int = 0) -> datetime:
        """A moment of that month, as a clock in Paris shows it."""
        return datetime.combine(date(self.year, self.month, day), time(hour, minute), tzinfo=PARIS).astimezone(UTC)


def billed_months(count: int, *, until: datetime) -> Iterator[Month]:
    """So many months, the last one being the latest whose billing day is over at `until`."""
    today = until.astimezone(PARIS).date()
    serial = today.year * 12 + today.month - 1
    if Month(today.year, today.month).at(BILLING_DAY) > until:
        serial -= 1
    for each in range(serial - count + 1, serial + 1):
        yield Month(each // 12, each % 12 + 1)
