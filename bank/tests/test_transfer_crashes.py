"""A process killed in the middle (F42, F45): the transaction is not there, and the next turn goes on."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from bank import services
from bank.jobs import send_transfers
from bank.models import OrderState, TransferFile, TransferOrder
from bank.services import leaving, transferring
from bank.tests.test_leaving import paid_out
from bank.tests.transfer_desk import TransferDesk, account, lines_of_512, state_of
from bank.words import LineState
from core import clock

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """As by `kill -9`: nothing catches it, the transaction is gone."""


@pytest.fixture
def desk(db: None) -> TransferDesk:
    return TransferDesk(clock.now().replace(hour=9))


def kill_at(place: str, module: object, monkeypatch: pytest.MonkeyPatch) -> None:
    def failpoint(name: str) -> None:
        if name == place:
            raise Killed

    monkeypatch.setattr(module, "failpoint", failpoint)


def test_killed_before_it_is_kept_an_order_does_not_exist(desk: TransferDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    line = desk.comes(12_000, "SANS REFERENCE")
    with monkeypatch.context() as dead:
        kill_at("transfer.before_commit", transferring.ordering, dead)
        with pytest.raises(Killed):
            desk.order_return(line)
    assert (TransferOrder.objects.count(), state_of(line)) == (0, LineState.UNMATCHED)

    assert desk.order_return(line).state == OrderState.ORDERED


@pytest.mark.parametrize("place", ["transfer.file_written", "transfer.file_before_commit"])
def test_killed_while_a_file_is_made_the_next_one_has_every_order_once(
    desk: TransferDesk, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    order = desk.order_return(desk.comes(12_000, "SANS REFERENCE"))
    with monkeypatch.context() as dead:
        kill_at(place, transferring.filing, dead)
        with pytest.raises(Killed):
            desk.file()
    assert TransferFile.objects.count() == 0

    file = desk.file()

    order.refresh_from_db()
    assert (order.file, TransferFile.objects.count()) == (file, 1)


def test_killed_after_it_was_dropped_the_file_is_written_again_the_same(
    desk: TransferDesk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    desk.order_return(desk.comes(12_000, "SANS REFERENCE"))
    file = desk.file()
    with monkeypatch.context() as dead:
        kill_at("transfer.dropped", transferring.filing, dead)
        with pytest.raises(Killed):
            transferring.drop_transfer_files(tmp_path, at=desk.at)
    [first] = [path.read_bytes() for path in tmp_path.glob("*.xml")]

    left = transferring.drop_transfer_files(tmp_path, at=desk.at)

    assert left == [file]
    assert [path.read_bytes() for path in tmp_path.glob("*.xml")] == [first]
    assert transferring.drop_transfer_files(tmp_path, at=desk.at) == []


def test_killed_while_a_line_is_booked_the_sweeper_books_it_once(
    desk: TransferDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid_out(desk, 9_835)
    with monkeypatch.context() as dead:
        kill_at("bank.left_before_commit", leaving.applying, dead)
        with pytest.raises(Killed):
            desk.comes(9_835, "STRIPE", name="STRIPE", iban="")
    assert account("580000") == 9_835

    booked = [services.apply_leaving(at=desk.at) for _ in range(2)]

    assert booked == [1, 0]
    assert (account("580000"), account("512000")) == (0, lines_of_512())


def test_the_folder_of_the_bank_gets_one_file_a_day(desk: TransferDesk, settings: Settings, tmp_path: Path) -> None:
    settings.SEPA_FOLDER = str(tmp_path)
    desk.order_return(desk.comes(12_000, "SANS REFERENCE"))
    first = send_transfers(at=desk.at)
    desk.order_return(desk.comes(13_000, "SANS REFERENCE"))

    again = send_transfers(at=desk.at)

    assert (len(first["files"]), again["files"]) == (1, [])
    assert len(list(tmp_path.glob("*.xml"))) == 1
