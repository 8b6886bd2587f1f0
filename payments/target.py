"""The days on which SEPA debits settle: those on which TARGET (T2) is open.

Closed on Saturdays, Sundays, 1 January, Good Friday, Easter Monday, 1 May, 25 and 26 December (ECB, long-term calendar
for TARGET closing days). French public holidays such as 14 July are TARGET days.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Final

_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5
_FIXED: Final = frozenset({(1, 1), (5, 1), (12, 25), (12, 26)})


def is_target_day(day: date) -> bool:
    """Whether payments settle between banks on that day."""
    return day.weekday() < _SATURDAY and (day.month, day.day) not in _FIXED and day not in _around_easter(day.year)


def next_target_day(day: date) -> date:
    """That day if payments settle on it, else the next one on which they do."""
    while not is_target_day(day):
        day += _DAY
    return day


def add_target_days(day: date, count: int) -> date:
    """The day that is so many TARGET days later, or earlier when `count` is negative; 0 is `next_target_day`."""
    if count == 0:
        return next_target_day(day)
    step = _DAY if count > 0 else -_DAY
    for _ in range(abs(count)):
        day += step
        while not is_target_day(day):
            day += step
    return day


@cache
def _around_easter(year: int) -> frozenset[date]:
    """Good Friday and Easter Monday of a Gregorian year."""
    sunday = easter(year)
    return frozenset({sunday - 2 * _DAY, sunday + _DAY})


def easter(year: int) -> date:
    """Easter Sunday of a Gregorian year (the computation of Meeus, Jones and Butcher)."""
    golden = year % 19
    century, in_century = divmod(year, 100)
    leaps, leap_rest = divmod(century, 4)
    moon_shift = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leaps - moon_shift + 15) % 30
    quarters, quarter_rest = divmod(in_century, 4)
    weekday = (32 + 2 * leap_rest + 2 * quarters - epact - quarter_rest) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)
