"""Any file imported twice, and any way of cutting a history into statements that overlap, brings each line once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import DjangoDbBlocker

from bank import services
from bank.models import BankLine
from tests.support.cast import NOON
from tests.support.statements import Movement, camt053

FIRST = date(2026, 11, 2)


@st.composite
def histories(draw: st.DrawFn) -> list[Movement]:
    """Movements over some days, in order: few amounts and few texts, so that many are alike; some have references."""
    days = sorted(draw(st.lists(st.integers(0, 6), min_size=1, max_size=12)))
    found = []
    for place, day in enumerate(days):
        cents = draw(st.sampled_from([500, 700, -200]))
        reference = f"R{place}" if draw(st.booleans()) else ""
        text = draw(st.sampled_from(["don", "FA2026-000001"]))
        found.append(Movement(cents, FIRST + timedelta(days=day), text=text, reference=reference))
    return found


def cut(movements: list[Movement], since: int, until: int) -> bytes:
    """The statement of some whole days."""
    first, last = FIRST + timedelta(days=since), FIRST + timedelta(days=until)
    before = sum(each.cents for each in movements if str(each.on) < str(first))
    inside = [each for each in movements if str(first) <= str(each.on) <= str(last)]
    return camt053(inside, opening=before, sequence=f"{since}-{until}", first=first, last=last)


def imported(content: bytes) -> services.Preview:
    return services.import_file(content, "releve.xml", at=NOON)


@pytest.fixture
def _open_database(db: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The examples below share one test, and each undoes what it did."""


@pytest.mark.usefixtures("_open_database")
@settings(max_examples=15)
@given(movements=histories(), cuts=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=4))
def test_any_overlapping_statements_bring_each_line_once(
    movements: list[Movement], cuts: list[tuple[int, int]]
) -> None:
    with transaction.atomic():
        for since, until in cuts:
            imported(cut(movements, min(since, until), max(since, until)))
        whole = imported(cut(movements, 0, 6))
        again = imported(cut(movements, 0, 6))
        found = sorted(BankLine.objects.values_list("booked_on", "amount_cents", "text"))

        assert found == sorted((each.on, each.cents, each.text) for each in movements)
        assert (whole.lines, again.new) == (len(movements), 0)
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_statements_cut_within_a_day_bring_each_line_once_when_the_bank_gives_references() -> None:
    movements = [Movement(500, FIRST, text="don", reference=f"R{place}") for place in range(6)]
    for since, until in ((0, 3), (2, 5), (5, 6), (0, 6)):
        imported(camt053(movements[since:until], opening=500 * since, sequence=f"{since}{until}"))

    assert BankLine.objects.count() == 6
