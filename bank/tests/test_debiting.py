"""Direct debits of ours on our statements, and the bank's answers: through the sandbox's bank, file by file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from accounts.models import Customer
from bank import checks, services
from bank.models import BankLine, LineDebit, LineWork
from bank.words import LineKind, LineState
from core import clock
from core.money import Money
from ledger import selectors as books
from payments.models import BankAnswer, BankDebit, Debit, DebitState, RemittanceState
from payments.services import remitting
from payments.tests.remittance_desk import RemittanceDesk
from tests.support.bank import Bank as SandboxBank
from tests.support.bank import open_bank
from tests.support.statements import Movement, batch, camt053

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(customer: Customer) -> RemittanceDesk:
    return RemittanceDesk(customer, clock.now().replace(hour=9))


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxBank]:
    with open_bank(tmp_path_factory.mktemp("bank")) as bank:
        yield bank


class Bank:
    """What goes between us and the bank, on the desk's day."""

    def __init__(self, sandbox: SandboxBank, desk: RemittanceDesk) -> None:
        self.sandbox, self.desk = sandbox, desk

    def take(self, debit: BankDebit) -> bytes:
        """It is given the file; its answer."""
        self._today()
        return self.sandbox.take(remitting.content_of(debit.remittance))

    def decide(self, debit: BankDebit, **fate: object) -> None:
        self.sandbox.control(f"bank/fates/{debit.end_to_end}", **fate)

    def statement(self, kind: str = "camt.053") -> bytes:
        """What it says of the last 90 days."""
        self._today()
        since = self.desk.today - timedelta(days=90)
        return self.sandbox.read(f"/bank/{kind}.xml?from={since}&to={self.desk.today}")

    def _today(self) -> None:
        self.sandbox.control("clock", at=self.desk.at.isoformat())


@pytest.fixture
def bank(sandbox: SandboxBank, desk: RemittanceDesk) -> Bank:
    sandbox.control("reset", everything=True)
    return Bank(sandbox, desk)


def imported(desk: RemittanceDesk, content: bytes) -> services.Preview:
    return services.import_file(content, "releve.xml", at=desk.at)


def states() -> list[str]:
    return list(LineWork.objects.order_by("line__booked_on", "pk").values_list("state", flat=True))


def test_a_debit_goes_to_the_bank_settles_and_its_line_is_posted(desk: RemittanceDesk, bank: Bank) -> None:
    made = desk.made(desk.planned(12_000))

    services.read_report(bank.take(made), "answer.xml", at=desk.at)
    desk.wait_until(made.collect_on)
    preview = imported(desk, bank.statement())

    made.remittance.refresh_from_db()
    assert made.remittance.state == RemittanceState.ACCEPTED
    assert (preview.posted, states()) == (1, [LineState.POSTED])
    assert desk.state() == (0, 0, 0)
    assert (desk.account("511300"), desk.account("512000")) == (0, 12_000)
    assert Debit.objects.get().state == DebitState.COLLECTED
    assert [check.ok for check in checks.debits_are_on_one_line()] == [True]
    BankDebit.objects.update(amount_cents=11_999)
    assert [check.ok for check in checks.debits_are_on_one_line()] == [False]


def test_a_debit_that_comes_back_is_undone_with_its_charges_and_nothing_is_posted_twice(
    desk: RemittanceDesk, bank: Bank
) -> None:
    made = desk.made(desk.planned(12_000))
    bank.decide(made, kind="RETURN", reason="AM04", days=3, charges=500)
    bank.take(made)
    desk.wait_until(made.collect_on + timedelta(days=7))

    first = imported(desk, bank.statement())
    again = imported(desk, bank.statement("camt.052"))

    assert (first.posted, again.new) == (3, 0)
    assert desk.state() == (0, 12_000, 0)
    assert (desk.account("512000"), desk.account("511300"), desk.account("627100")) == (-500, 0, 500)
    assert Debit.objects.get().state == DebitState.RETURNED
    assert books.account_balance("512000") == Money(sum(BankLine.objects.values_list("amount_cents", flat=True)))


def test_what_the_bank_refuses_before_settlement_releases_the_hold(desk: RemittanceDesk, bank: Bank) -> None:
    made = desk.made(desk.planned(12_000))
    bank.decide(made, kind="REJECT", reason="AC04")

    answer = bank.take(made)
    for _ in range(2):
        services.read_report(answer, "answer.xml", at=desk.at)

    made.remittance.refresh_from_db()
    assert made.remittance.state == RemittanceState.REJECTED
    assert desk.state() == (0, 12_000, 0)
    assert BankAnswer.objects.get().reason == "AC04"


def test_a_block_told_as_one_sum_settles_each_of_its_debits(desk: RemittanceDesk) -> None:
    made = desk.made(desk.planned(12_000))
    desk.wait_until(made.collect_on)
    line = Movement(12_000, desk.today, kind="collected", batch_id=f"{made.remittance.message_id}-1", reference="R1")

    preview = imported(desk, camt053([batch(desk.today, [line], batch_id=line.batch_id, kind="collected")]))

    assert preview.posted == 1
    assert desk.state() == (0, 0, 0)


def test_a_sum_that_is_not_that_of_the_block_waits_for_a_person(desk: RemittanceDesk) -> None:
    made = desk.made(desk.planned(12_000))
    desk.wait_until(made.collect_on)
    line = Movement(11_999, desk.today, kind="collected", end_to_end=made.end_to_end, reference="R1")

    preview = imported(desk, camt053([line]))

    assert (preview.posted, states()) == (0, [LineState.UNMATCHED])
    assert desk.state() == (0, 12_000, 12_000)


def test_the_same_movement_told_without_a_reference_by_another_file_moves_512_once(desk: RemittanceDesk) -> None:
    made = desk.made(desk.planned(12_000))
    desk.wait_until(made.collect_on)
    facts = {"kind": "collected", "end_to_end": made.end_to_end}
    imported(desk, camt053([Movement(12_000, desk.today, **facts)]))  # type: ignore[arg-type]

    later = camt053([Movement(12_000, desk.today, reference="B-9", **facts)], sequence="2")  # type: ignore[arg-type]
    imported(desk, later)

    assert states() == [LineState.POSTED, LineState.TWICE]
    assert desk.account("512000") == 12_000


def test_a_block_told_as_a_sum_after_its_parts_moves_512_once(desk: RemittanceDesk) -> None:
    made = desk.made(desk.planned(12_000))
    desk.wait_until(made.collect_on)
    imported(desk, camt053([Movement(12_000, desk.today, kind="collected", end_to_end=made.end_to_end)]))
    block = f"{made.remittance.message_id}-1"

    whole = Movement(12_000, desk.today, kind="collected", batch_id=block, reference="B-9")
    later = imported(desk, camt053([batch(desk.today, [whole], batch_id=block, kind="collected")], sequence="2"))

    assert (later.posted, states()) == (0, [LineState.POSTED, LineState.TWICE])
    assert (desk.account("512000"), desk.account("511300")) == (12_000, 0)


def test_a_block_credited_whole_pays_back_what_was_refused_apart(desk: RemittanceDesk, bank: Bank) -> None:
    made = desk.made(desk.planned(12_000))
    bank.decide(made, kind="REJECT", reason="AM04")
    services.read_report(bank.take(made), "answer.xml", at=desk.at)
    desk.wait_until(made.collect_on)
    block = f"{made.remittance.message_id}-1"
    whole = Movement(12_000, desk.today, kind="collected", batch_id=block, reference="B-1")
    back = Movement(
        -12_000, desk.today, kind="returned", end_to_end=made.end_to_end, return_code="AM04", reference="B-2"
    )

    imported(desk, camt053([batch(desk.today, [whole], batch_id=block, kind="collected"), back]))

    assert states() == [LineState.POSTED, LineState.POSTED]
    assert desk.state() == (0, 12_000, 0)
    assert (desk.account("512000"), desk.account("511300")) == (0, 0)


def test_a_line_of_a_day_to_come_is_posted_when_that_day_has_come(desk: RemittanceDesk) -> None:
    made = desk.made(desk.planned(12_000))
    desk.wait_until(made.collect_on - timedelta(days=1))
    imported(desk, camt053([Movement(12_000, made.collect_on, kind="collected", end_to_end=made.end_to_end)]))
    assert states() == [LineState.NEW]

    desk.wait_until(made.collect_on)

    assert services.apply_debits(at=desk.at) == 1
    assert desk.account("512000") == 12_000


def test_a_line_that_a_crash_left_is_posted_by_the_next_turn(
    desk: RemittanceDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = desk.made(desk.planned(12_000))
    desk.wait_until(made.collect_on)
    content = camt053([Movement(12_000, desk.today, kind="collected", end_to_end=made.end_to_end)])
    with monkeypatch.context() as crash:
        crash.setattr("bank.services.debiting.failpoint", _dies)
        with pytest.raises(KeyboardInterrupt):
            imported(desk, content)
    assert (states(), desk.account("512000")) == ([LineState.NEW], 0)

    assert services.apply_debits(at=desk.at) == 1
    assert services.apply_debits(at=desk.at) == 0
    assert (states(), desk.account("512000")) == ([LineState.POSTED], 12_000)


def _dies(_place: str) -> None:
    raise KeyboardInterrupt


def test_a_posting_belongs_to_one_line(desk: RemittanceDesk) -> None:
    made = desk.made(desk.planned(12_000))
    desk.wait_until(made.collect_on)
    lines = [Movement(12_000, desk.today, kind="collected", end_to_end=made.end_to_end), Movement(1, desk.today)]
    imported(desk, camt053(lines))
    tx_id = LineWork.objects.get(state=LineState.POSTED).tx_id

    with pytest.raises(IntegrityError, match=r"bank_work_one_posting_a_line|bank_linework\.tx_id"):
        LineWork.objects.update(state=LineState.POSTED, tx_id=tx_id)


def test_a_debit_is_brought_by_one_line(desk: RemittanceDesk) -> None:
    made = desk.made(desk.planned(12_000))
    desk.wait_until(made.collect_on)
    imported(desk, camt053([Movement(12_000, desk.today, kind="collected", end_to_end=made.end_to_end)]))
    row = LineDebit.objects.get()

    for kind in (LineKind.COLLECTED, LineKind.FEE):
        with pytest.raises(IntegrityError), transaction.atomic():
            LineDebit.objects.create(line=row.line, debit=made, kind=kind)


def test_a_fee_that_goes_with_nothing_of_ours_waits_for_a_person(desk: RemittanceDesk) -> None:
    imported(desk, camt053([Movement(-250, desk.today, kind="fee", reference="F1")]))

    assert states() == [LineState.OUT]
    assert desk.account("627100") == 0


def test_the_command_applies_an_answer_and_refuses_what_is_none(
    desk: RemittanceDesk, bank: Bank, tmp_path: Path
) -> None:
    made = desk.made(desk.planned(12_000))
    file, other = tmp_path / "answer.xml", tmp_path / "other.xml"
    file.write_bytes(bank.take(made))
    other.write_bytes(camt053([Movement(1, desk.today)]))
    out = StringIO()

    call_command("read_bank_answer", str(file), "--json", stdout=out)

    told = json.loads(out.getvalue())
    assert told == {"message_id": made.remittance.message_id, "state": "ACCEPTED", "refused": 0}
    with pytest.raises(CommandError, match="no report"):
        call_command("read_bank_answer", str(other))


def test_an_answer_in_the_drop_folder_is_read_like_a_statement(
    desk: RemittanceDesk, bank: Bank, tmp_path: Path
) -> None:
    made = desk.made(desk.planned(12_000))
    folder = tmp_path / "drop"
    folder.mkdir()
    (folder / "answer.xml").write_bytes(bank.take(made))

    dropped = services.read_drop_folder(folder, at=datetime.now(UTC) + timedelta(minutes=1))

    assert dropped.imported == ("answer.xml",)
    made.remittance.refresh_from_db()
    assert made.remittance.state == RemittanceState.ACCEPTED
