"""Transfers back, through the sandbox's bank: our file in, its answer, its statements."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from accounts.models import Customer
from bank import services
from bank.models import BankLine, OrderState, TransferOrder
from bank.services import transferring
from bank.tests.transfer_desk import TransferDesk, account, balances, lines_of_512
from core import clock
from tests.support.bank import Bank as SandboxBank
from tests.support.bank import open_bank
from tests.support.statements import OUR_IBAN

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxBank]:
    with open_bank(tmp_path_factory.mktemp("bank")) as bank:
        yield bank


@pytest.fixture
def bank(sandbox: SandboxBank) -> SandboxBank:
    sandbox.control("reset", everything=True)
    return sandbox


@pytest.fixture
def desk(db: None) -> TransferDesk:
    return TransferDesk(clock.now().replace(hour=9))


def pays(desk: TransferDesk, bank: SandboxBank, customer: Customer, word: str) -> None:
    """A transfer comes from an account of that fate, and we read the statement."""
    iban = bank.control_read(f"bank/accounts/{word}")["iban"]
    bank.control("clock", at=desk.at.isoformat())
    text = f"client {customer.reference.shown}"
    bank.control("bank/transfers", cents=10_000, text=text, name="Payeur", iban=iban, account=OUR_IBAN)
    reads(desk, bank)


def reads(desk: TransferDesk, bank: SandboxBank) -> None:
    bank.control("clock", at=desk.at.isoformat())
    since = desk.today - timedelta(days=90)
    content = bank.read(f"/bank/camt.053.xml?from={since}&to={desk.today}")
    services.import_file(content, f"{desk.today}.xml", at=desk.at)


def sent(desk: TransferDesk, bank: SandboxBank, customer: Customer) -> tuple[TransferOrder, bytes]:
    """An order, its file at the bank, and what the bank answers."""
    order = desk.order_refund(customer, 4_000)
    file = desk.file()
    answer = bank.take(transferring.take_transfer_file(file.pk, by=desk.staff, at=desk.at))
    return order, answer


def later(desk: TransferDesk, bank: SandboxBank, order: TransferOrder, days: int = 7) -> None:
    desk.at += timedelta(days=days)
    reads(desk, bank)
    order.refresh_from_db()


def test_the_bank_makes_the_transfer_and_its_line_is_booked(
    desk: TransferDesk, bank: SandboxBank, customer: Customer
) -> None:
    pays(desk, bank, customer, "00000000001")
    order, answer = sent(desk, bank, customer)
    file = services.read_report(answer, "answer.xml", at=desk.at)

    later(desk, bank, order)

    assert (order.state, order.file) == (OrderState.BOOKED, file)
    assert balances(customer) == (6_000, 0, 6_000)
    assert account("512000") == lines_of_512() == 6_000


def test_a_closed_account_is_refused_in_the_answer_which_the_command_reads(
    desk: TransferDesk, bank: SandboxBank, customer: Customer, tmp_path: Path
) -> None:
    pays(desk, bank, customer, "RAC04")
    order, answer = sent(desk, bank, customer)
    path = tmp_path / "answer.xml"
    path.write_bytes(answer)
    out = StringIO()

    call_command("read_bank_answer", path, "--json", stdout=out)

    order.refresh_from_db()
    assert json.loads(out.getvalue()) == {"message_id": str(order.file), "state": "RJCT", "refused": 1}
    assert (order.state, order.refusal) == (OrderState.REFUSED, "AC04")
    assert balances(customer) == (10_000, 0, 10_000)


def test_an_account_that_was_closed_meanwhile_sends_the_money_back(
    desk: TransferDesk, bank: SandboxBank, customer: Customer
) -> None:
    pays(desk, bank, customer, "TAC04")
    order, _answer = sent(desk, bank, customer)

    later(desk, bank, order)

    assert (order.state, BankLine.objects.count()) == (OrderState.RETURNED, 3)
    assert balances(customer) == (10_000, 0, 10_000)
    assert account("512000") == lines_of_512() == 10_000
