from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.target import add_target_days, easter, is_target_day, next_target_day

DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    ("year", "sunday"),
    [
        (2000, date(2000, 4, 23)),
        (2008, date(2008, 3, 23)),
        (2011, date(2011, 4, 24)),
        (2024, date(2024, 3, 31)),
        (2026, date(2026, 4, 5)),
        (2027, date(2027, 3, 28)),
        (2038, date(2038, 4, 25)),
    ],
)
def test_easter_is_where_the_church_puts_it(year: int, sunday: date) -> None:
    assert easter(year) == sunday


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 1, 1),
        date(2026, 4, 3),
        date(2026, 4, 6),
        date(2026, 5, 1),
        date(2026, 12, 25),
        date(2028, 12, 26),
        date(2026, 11, 28),
        date(2026, 11, 29),
    ],
)
def test_nothing_settles_on_a_closing_day(day: date) -> None:
    assert not is_target_day(day)


@pytest.mark.parametrize("day", [date(2026, 7, 14), date(2026, 11, 11), date(2026, 5, 14), date(2028, 2, 29)])
def test_payments_settle_on_french_holidays_that_are_not_those_of_banks(day: date) -> None:
    assert is_target_day(day)


def test_two_days_before_the_tuesday_after_easter_is_the_wednesday_before() -> None:
    assert add_target_days(date(2026, 4, 7), -2) == date(2026, 4, 1)


@given(DAYS)
def test_the_next_day_of_settlement_is_at_most_five_days_away(day: date) -> None:
    found = next_target_day(day)

    assert is_target_day(found)
    assert 0 <= (found - day).days <= 5


@given(DAYS, st.integers(1, 30))
def test_going_forth_and_back_returns_to_a_day_of_settlement(day: date, count: int) -> None:
    start = next_target_day(day)

    assert add_target_days(add_target_days(start, count), -count) == start
