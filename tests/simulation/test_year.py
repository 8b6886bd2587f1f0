"""A year of automatic collection: nothing twice, nothing left without a reason, books = providers + bank.

`make year CUSTOMERS=2000 SEED=1` lives a long one; some months of one customer of each temper are lived here.
"""

from __future__ import annotations

import json
import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from payments.tests.conftest import bank, shared_bank  # noqa: F401 - the sandbox of payments
from tests.simulation.people import TEMPERS
from tests.simulation.test_life import speaking  # noqa: F401 - both gateways in front of it
from tests.simulation.year import FIRST_DAY, Year
from tests.simulation.year_proof import figures, left_without_reason, wrong_with

if TYPE_CHECKING:
    from tests.support.bank import Bank

pytestmark = pytest.mark.django_db(transaction=True)
CUSTOMERS = int(os.environ.get("YEAR_CUSTOMERS", str(len(TEMPERS))))
MONTHS = int(os.environ.get("YEAR_MONTHS", "1"))
PAPERS = os.environ.get("YEAR_PAPERS", "1") == "1"
SEED = int(os.environ.get("YEAR_SEED", "1"))


def test_a_year_collects_everything_once_or_says_why_not(
    speaking: Bank,  # noqa: F811 - the fixture of that name
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings.TOP_UPS_PER_HOUR = 1_000_000
    year = Year(SEED, speaking, CUSTOMERS, clock=monkeypatch, papers=PAPERS)

    for month in range(MONTHS):
        year.live_month(month)
        assert wrong_with(year) == [], f"seed {SEED}, month {month + 1}"
    year.come_to_rest()

    assert wrong_with(year) == [], f"seed {SEED}, at the end"
    told = figures(year)
    with capsys.disabled():
        if "YEAR_CUSTOMERS" in os.environ:
            print(json.dumps(told, indent=2, ensure_ascii=False))
    assert told["files"]
    assert told["collected cents"]


def test_the_proof_sees_what_nobody_planned_and_money_that_nobody_booked(
    speaking: Bank,  # noqa: F811 - the fixture of that name
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    year = Year(1, speaking, 1, clock=monkeypatch)
    year.bill()
    iban = "FR7630004000031234567890143"
    speaking.control("bank/transfers", cents=1, text="VIR", account=iban)
    year.wake(FIRST_DAY + timedelta(days=40))

    left, wrong = left_without_reason(year), wrong_with(year)

    assert ["nothing says why" in line for line in left] == [True]
    assert "the bank held 1 cents of ours, 512000 says 0" in wrong
