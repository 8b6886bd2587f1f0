from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from pytest_django import Settings

from core import clock


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 12, 31, 22, 59, tzinfo=UTC), date(2026, 12, 31)),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), date(2027, 1, 1)),  # midnight in Paris
        (datetime(2026, 7, 31, 22, 0, tzinfo=UTC), date(2026, 8, 1)),  # summer time
        (datetime(2028, 2, 28, 23, 0, tzinfo=UTC), date(2028, 2, 29)),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), date(2026, 10, 25)),  # 02:30 happens twice that night
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), date(2026, 10, 25)),
    ],
)
def test_the_day_of_a_document_is_the_day_in_paris(moment: datetime, day: date) -> None:
    assert clock.local_date(moment) == day


def test_noon_falls_on_its_day_all_year_round() -> None:
    days = [date(2026, 3, 29), date(2026, 10, 25), date(2028, 2, 29), date(2026, 12, 31)]

    assert [clock.local_date(clock.at_noon(day)) for day in days] == days
    assert [clock.local_date(clock.start_of(day)) for day in days] == days


def test_a_later_day_is_for_rehearsals_and_production_refuses_it(settings: Settings) -> None:
    assert clock.local_date(clock.moment_for(date(2099, 1, 1))) == date(2099, 1, 1)

    settings.ENVIRONMENT = "production"
    with pytest.raises(clock.DateRefused):
        clock.moment_for(date(2099, 1, 1))
    assert clock.moment_for(None).tzinfo is UTC
