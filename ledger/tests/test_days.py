"""An entry is valid when it is recorded, so no verb nor the database lets it take effect on a later day of Paris."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, transaction

from core.clock import PARIS, start_of
from ledger.bundle import Bundle, Posting, credit, debit
from ledger.fec import FecRefused, write_fec, year_file
from ledger.kinds import Journal
from ledger.services import TakesEffectLater, post
from ledger.services.writing import write
from ledger.tests.desk import Desk, euros
from ledger.tests.removal import remove

if TYPE_CHECKING:
    from pathlib import Path

    from accounts.models import Customer

pytestmark = pytest.mark.django_db
GUARD = "ledger_tx_effective_by_its_recording"
LAST_INSTANT = timedelta(microseconds=1)


def fee(day: date, key: str = "fee") -> Posting:
    legs = (debit("627800", euros(1)), credit("517100", euros(1)))
    return Posting(
        journal=Journal.CARD, label="Frais", piece_ref=key, piece_date=day, effective_on=day, legs=legs, key=key
    )


def recorded(posting: Posting, at: datetime) -> bool:
    """Whether the database itself takes it, whatever the verb thinks."""
    try:
        with transaction.atomic():
            write(Bundle([posting], at))
    except IntegrityError as error:
        if GUARD not in str(error):
            raise
        return False
    return True


def test_the_verb_refuses_an_effect_after_the_day_of_its_recording() -> None:
    noon = datetime(2026, 11, 30, 11, tzinfo=UTC)
    with pytest.raises(TakesEffectLater, match="2026-12-01"):
        post([fee(date(2026, 12, 1))], at=noon)

    assert post([fee(date(2026, 11, 30))], at=noon)


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 3, 28),
        date(2026, 3, 29),
        date(2026, 7, 14),
        date(2026, 10, 24),
        date(2026, 10, 25),
        date(2027, 3, 28),
        date(2028, 2, 29),
        date(2026, 12, 31),
    ],
    ids=str,
)
def test_the_database_counts_days_in_paris_also_when_the_clocks_change(day: date) -> None:
    begins, tomorrow = start_of(day), day + timedelta(days=1)

    assert recorded(fee(day, "first"), begins)
    assert not recorded(fee(day, "before"), begins - LAST_INSTANT)
    assert recorded(fee(day, "last"), start_of(tomorrow) - LAST_INSTANT)
    assert not recorded(fee(tomorrow, "late"), start_of(tomorrow) - LAST_INSTANT)
    assert recorded(fee(day, "zone"), begins.astimezone(PARIS))


def test_each_year_that_is_posted_has_a_file(customer: Customer, tmp_path: Path) -> None:
    """What the guard is for: with it gone, one such entry and the file of the year is refused for ever."""
    desk = Desk(customer)
    desk.receive("L1", 100)
    assert write_fec(year_file(2026, at=desk.at), tmp_path, at=desk.at).entries == 1
    remove(GUARD)
    assert recorded(fee(date(2026, 12, 24)), desk.at)

    with pytest.raises(FecRefused, match="ValidDate"):
        write_fec(year_file(2026, at=desk.at), tmp_path, at=desk.at)
