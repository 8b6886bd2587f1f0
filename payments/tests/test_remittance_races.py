"""File makers and readers of answers at once, on PostgreSQL: each debit is in one file, credited and undone once."""

from __future__ import annotations

import pytest
from django.db import connection

from accounts.services import ensure_first_rows
from core import clock
from payments.models import AnswerKind, BankAnswer, BankDebit, Remittance
from payments.tests.remittance_desk import RemittanceDesk
from tests.support.cast import make_individual
from tests.support.rivals import race

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgresql,
    pytest.mark.skipif("sqlite" in connection.vendor, reason="SQLite has one writer at a time"),
]
TIMES = 4


@pytest.fixture
def desk(transactional_db: None) -> RemittanceDesk:
    ensure_first_rows()
    at = clock.now().replace(hour=9)
    return RemittanceDesk(make_individual(at), at)


def test_several_makers_at_once_write_each_debit_into_one_file(desk: RemittanceDesk) -> None:
    debit = desk.planned(12_000)
    desk.wait_until(debit.start_on)

    endings = race(*[desk.make] * TIMES)

    assert [ending.error for ending in endings] == [None] * TIMES
    assert sorted(len(ending.value) for ending in endings) == [0] * (TIMES - 1) + [1]
    assert (Remittance.objects.count(), BankDebit.objects.count()) == (1, 1)
    assert desk.state() == (0, 12_000, 12_000)


def test_a_settlement_told_by_several_at_once_is_credited_once(desk: RemittanceDesk) -> None:
    made = desk.made(desk.planned(12_000))

    endings = race(*[lambda: desk.settles(made)] * TIMES)

    assert [ending.error for ending in endings] == [None] * TIMES
    assert BankAnswer.objects.filter(kind=AnswerKind.SETTLED).count() == 1
    assert desk.account("511300") == 12_000


def test_a_return_told_by_several_at_once_is_undone_once(desk: RemittanceDesk) -> None:
    made = desk.made(desk.planned(12_000))
    desk.settles(made)

    endings = race(*[lambda: desk.sends_back(made, "MD06")] * TIMES)

    assert [ending.error for ending in endings] == [None] * TIMES
    assert BankAnswer.objects.filter(kind=AnswerKind.RETURNED).count() == 1
    assert (desk.state(), desk.account("512000")) == ((0, 12_000, 0), -12_000)
