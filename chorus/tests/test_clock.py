"""The buyer's days: from when it has the document, stopped while suspended; a document that waits is not late."""

from __future__ import annotations

from datetime import timedelta

from chorus.gateways.base import HistoryStep
from chorus.services import clocking, updating
from chorus.services.clocking import clock_of, payment_clock
from chorus.states import SubmissionState
from chorus.tests.desk import Desk
from core.clock import local_date
from invoices.selectors import get_invoice, invoice_states
from invoices.states import Settlement
from ledger import selectors as books
from tests.support.cast import NOON

DAY = timedelta(days=1)


def due(desk: Desk, number: str | None):  # type: ignore[no-untyped-def]
    return books.dues_of([str(number)])[str(number)].due_date


def test_the_clock_is_read_off_the_history_whatever_its_order() -> None:
    steps = [
        HistoryStep("SUSPENDUE", NOON + 5 * DAY),
        HistoryStep("DEPOSEE", NOON),
        HistoryStep("MISE_A_DISPOSITION", NOON + DAY),
        HistoryStep("COMPLETEE", NOON + 7 * DAY),
        HistoryStep("MISE_A_DISPOSITION", NOON + 7 * DAY),
        HistoryStep("SUSPENDUE", NOON + 9 * DAY),
    ]

    clock = clock_of(steps, integrated_at=NOON)

    assert (clock.available_at, clock.suspended_at) == (NOON + DAY, NOON + 9 * DAY)
    assert clock.suspended_seconds == 2 * 86_400
    assert clock_of([HistoryStep("DEMAIN", NOON)], integrated_at=NOON + DAY).available_at == NOON + DAY


def test_a_document_that_waits_is_never_late(desk: Desk) -> None:
    submission = desk.opened()
    printed = submission.invoice.due_date
    desk.pass_time(days=50)

    assert books.overdue_items(desk.town_hall.pk, on=local_date(desk.at))
    assert updating.tend(at=desk.at)["moved"] == 1

    assert not books.overdue_items(desk.town_hall.pk, on=local_date(desk.at))
    assert due(desk, submission.invoice.number) == local_date(desk.at) + 30 * DAY
    assert desk.now(submission).invoice.due_date == printed
    assert payment_clock(submission, local_date(desk.at)).due_on is None


def test_its_days_run_from_when_it_is_available_and_stop_while_suspended(desk: Desk) -> None:
    desk.pass_time(days=1)
    submission = desk.opened()
    desk.pass_time(days=9)
    desk.send(submission)
    available = desk.at
    found = desk.chorus.integrate(submission.invoice, at=desk.at, flow=desk.flow(submission))
    desk.look(submission)
    assert due(desk, submission.invoice.number) == local_date(available) + 30 * DAY
    desk.pass_time(days=5)
    found = desk.chorus.say(found, "SUSPENDUE", at=desk.at, comment="Bon manquant")
    desk.update()

    stopped = payment_clock(desk.now(submission), local_date(desk.at))
    assert (stopped.is_stopped, stopped.days_left) == (True, 25)
    desk.pass_time(days=40)
    clocking.move_due_dates(at=desk.at)
    assert payment_clock(desk.now(submission), local_date(desk.at)).days_left == 25
    assert not books.overdue_items(desk.town_hall.pk, on=local_date(desk.at))
    desk.chorus.say(found, "COMPLETEE", at=desk.at)
    desk.update()

    running = payment_clock(desk.now(submission), local_date(desk.at))
    assert (running.is_stopped, running.due_on) == (False, local_date(available) + 70 * DAY)
    assert due(desk, submission.invoice.number) == running.due_on
    desk.pass_time(days=26)
    clocking.move_due_dates(at=desk.at)
    assert [item.document_ref for item in books.overdue_items(desk.town_hall.pk, on=local_date(desk.at))] == [
        submission.invoice.number
    ]
    assert desk.now(submission).state == SubmissionState.INTEGRATED


def test_credit_notes_have_no_day_to_pay(desk: Desk) -> None:
    note = desk.open(desk.credit(desk.integrated().invoice))

    assert clocking.move_due_date(note, at=desk.at) is False


def test_pages_call_a_document_late_by_the_day_of_the_ledger(desk: Desk) -> None:
    invoice = desk.opened().invoice
    desk.pass_time(days=50)
    on = local_date(desk.at)
    updating.tend(at=desk.at)

    assert not get_invoice(desk.town_hall, invoice.public_id, on=on).is_late
    assert invoice_states([invoice], on=on) == {invoice.number: Settlement.DUE}
