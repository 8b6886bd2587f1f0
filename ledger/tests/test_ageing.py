"""Aged receivables on a day, whatever happened since; always the balance of 411000 on that day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from core.money import Money
from ledger import selectors
from ledger.ageing import ageing_sheets
from ledger.tests.desk import Desk, bill
from ledger.tests.fec_year import two_years
from tests.support.cast import make_company

if TYPE_CHECKING:
    from accounts.models import Customer
    from core.sheets import Sheet

pytestmark = pytest.mark.django_db
NOVEMBER = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
EVE, END = date(2026, 12, 31), date(2027, 1, 4)
DECEMBER = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)


def table(sheet: Sheet) -> list[list[object]]:
    return [[cell.cents if isinstance(cell, Money) else cell for cell in row] for row in sheet.rows]


@pytest.fixture
def desks(customer: Customer) -> list[Desk]:
    """The individual owes of five ages; the company owes one item, and pays it in December."""
    mine, other = Desk(customer, at=NOVEMBER), Desk(make_company(), at=NOVEMBER)
    dues = ("2026-12-31", "2026-11-29", "2026-10-30", "2026-09-30", "2026-01-01")
    for place, due in enumerate(dues, 1):
        bill(mine, f"FA{place}", 12 * place, due=date.fromisoformat(due))
    bill(other, "FB1", 60, due=date(2026, 11, 30))
    other.at = DECEMBER
    other.receive("L1", 60)
    return [mine, other]


def test_items_fall_in_the_bucket_of_their_days_late(desks: list[Desk]) -> None:
    [by_customer, by_item, check] = map(table, ageing_sheets(date(2026, 11, 30)))

    assert [row[2:] for row in by_customer] == [
        [1_200, 2_400, 3_600, 4_800, 6_000, 18_000],
        [6_000, 0, 0, 0, 0, 6_000],
        [7_200, 2_400, 3_600, 4_800, 6_000, 24_000],
    ]
    assert [(row[2], row[6]) for row in by_item] == [
        ("FA5", 333),
        ("FA4", 61),
        ("FA3", 31),
        ("FA2", 1),
        ("FA1", 0),
        ("FB1", 0),
    ]
    assert [row[1] for row in check] == [24_000, 24_000, 0]


def test_a_day_in_the_past_knows_nothing_of_what_came_after(desks: list[Desk]) -> None:
    assert {item.document_ref for item in selectors.open_items_at(date(2026, 10, 31))} == set()
    assert "FB1" in {item.document_ref for item in selectors.open_items_at(date(2026, 11, 30))}
    assert "FB1" not in {item.document_ref for item in selectors.open_items_at(date(2026, 12, 1))}


def test_a_disputed_item_says_so(desks: list[Desk]) -> None:
    from ledger import services

    services.dispute_item("FA1", disputed=True, key="dispute", at=DECEMBER)

    rows = {row[2]: row[7] for row in table(ageing_sheets(date(2026, 12, 1))[1])}
    assert (rows["FA1"], rows["FA2"]) == ("oui", None)


def test_the_sum_is_the_balance_of_the_account_on_every_day(customer: Customer) -> None:
    two_years(customer, make_company())

    for on in (
        date(2025, 12, 31),
        date(2026, 1, 1),
        date(2026, 2, 28),
        date(2026, 4, 30),
        date(2026, 10, 25),
        EVE,
        END,
    ):
        items = sum(item.open.cents for item in selectors.open_items_at(on))
        assert items == selectors.account_balance("411000", on).cents
        assert table(ageing_sheets(on)[2])[-1][1] == 0
