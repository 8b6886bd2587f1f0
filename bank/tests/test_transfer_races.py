"""Several people and processes at once, on PostgreSQL: one order a return, one file an order, one way for a line."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from pytest_django.fixtures import Settings

from accounts.services import ensure_first_rows
from bank import services
from bank.models import LinePayout, LineWork, OrderState, RuleSet, TransferFile, TransferOrder
from bank.services import transferring
from bank.services.deciding import AlreadyDecided, BadDecision, Handling
from bank.tests.test_leaving import paid_out
from bank.tests.transfer_desk import TransferDesk, account, balances, lines_of_512, state_of
from bank.words import LineState
from core import clock
from core.money import Money
from tests.support.cast import make_individual
from tests.support.rivals import race

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgresql,
    pytest.mark.skipif("sqlite" in connection.vendor, reason="SQLite has one writer at a time"),
]
TIMES = 4


@pytest.fixture
def desk(transactional_db: None, settings: Settings, tmp_path: Path) -> TransferDesk:
    settings.ARCHIVE_DIR = tmp_path / "archive"
    ensure_first_rows()
    if not RuleSet.objects.exists():  # a test before this one emptied the tables
        import_module("bank.migrations.0007_matching")._first_rules(apps, None)
    return TransferDesk(clock.now().replace(hour=9))


def test_two_people_who_return_the_same_money_make_one_order(desk: TransferDesk) -> None:
    line = desk.comes(12_000, "SANS REFERENCE")
    version = LineWork.objects.get(pk=line.pk).version

    endings = race(*[lambda: transferring.order_return(line.pk, version=version, wish=desk.wish(), at=desk.at)] * TIMES)

    assert sum(isinstance(ending.error, AlreadyDecided) for ending in endings) == TIMES - 1
    assert TransferOrder.objects.count() == 1


def test_a_return_and_a_credit_of_one_line_are_not_both(desk: TransferDesk) -> None:
    customer = make_individual(desk.at)
    line = desk.comes(12_000, "SANS REFERENCE")
    seen = Handling(desk.staff, LineWork.objects.get(pk=line.pk).version)
    share = services.ShareOf(customer.pk, Money(12_000))

    endings = race(
        lambda: transferring.order_return(line.pk, version=seen.version, wish=desk.wish(), at=desk.at),
        lambda: services.credit_line(line.pk, [share], seen, at=desk.at),
    )

    assert [type(ending.error) for ending in endings if ending.error] == [AlreadyDecided]
    assert TransferOrder.objects.count() + (balances(customer)[0] == 12_000) == 1


def test_a_refund_is_ordered_while_the_credit_is_undone_and_no_cent_is_lost(desk: TransferDesk) -> None:
    customer = make_individual(desk.at)
    line = desk.comes(10_000, f"client {customer.reference.shown}")
    lot, decision = desk.lot(customer), line.decisions.get()

    endings = race(
        lambda: transferring.order_refund(lot, Money(10_000), wish=desk.wish(), at=desk.at),
        lambda: services.undo(decision.pk, reason="another one", by=desk.staff, at=desk.at),
    )

    [refused] = [type(ending.error) for ending in endings if ending.error]
    ordered = (BadDecision, (10_000, 0, 0), LineState.POSTED, 0)
    undone = (transferring.NotOrderable, (0, 0, 0), LineState.SURE, -10_000)
    assert (refused, balances(customer), state_of(line), account("471000")) in {ordered, undone}
    assert TransferOrder.objects.count() == (refused is BadDecision)


def test_several_makers_at_once_put_each_order_into_one_file(desk: TransferDesk) -> None:
    order = desk.order_return(desk.comes(12_000, "SANS REFERENCE"))

    endings = race(*[lambda: transferring.make_transfer_file(at=desk.at)] * TIMES)

    assert [ending.error for ending in endings] == [None] * TIMES
    assert TransferFile.objects.count() == 1
    assert order.events.filter(to_state=OrderState.FILED).count() == 1


def test_an_order_is_either_given_up_or_in_a_file(desk: TransferDesk) -> None:
    order = desk.order_return(desk.comes(12_000, "SANS REFERENCE"))

    endings = race(
        lambda: transferring.cancel_order(order.pk, by=desk.staff, at=desk.at),
        lambda: transferring.make_transfer_file(at=desk.at),
    )

    order.refresh_from_db()
    assert [ending.error for ending in endings] == [None, None]
    assert (order.state == OrderState.FILED) == (TransferFile.objects.count() == 1)


def test_the_same_line_is_booked_once_by_several_sweepers(desk: TransferDesk) -> None:
    line = desk.comes(9_835, "STRIPE", name="STRIPE", iban="")
    paid_out(desk, 9_835)

    endings = race(*[lambda: services.apply_leaving(at=desk.at)] * TIMES)

    assert [ending.error for ending in endings] == [None] * TIMES
    assert (state_of(line), LinePayout.objects.count()) == (LineState.POSTED, 1)
    assert (account("580000"), account("512000")) == (0, lines_of_512())
