"""Depositing: the attempt before the call, its ending after it, and never a second one blindly."""

from __future__ import annotations

import hashlib

import pytest
from django.db import IntegrityError, transaction

from chorus.gateways.base import (
    AuthenticationRefused,
    ChorusError,
    Key,
    NotAllowed,
    NotConfigured,
    OutcomeUnknown,
    Refused,
    Transient,
)
from chorus.models import Deposit, Pace, Submission
from chorus.services import depositing, preparing, syncing
from chorus.states import DepositState, HeldWhy, SubmissionState
from chorus.tests.desk import Desk, print_file, timeline
from invoices.models import Rendition, Validation
from invoices.states import Channel, Outcome
from outbox.models import Job


def test_a_ready_document_is_deposited_once_with_the_bytes_that_were_kept(desk: Desk) -> None:
    submission = desk.opened()

    deposit = desk.send(submission)

    assert deposit is not None
    desk.now(submission, SubmissionState.DEPOSITED)
    [given] = desk.chorus.deposits
    assert given.name == f"factur-x_{submission.invoice.number}.pdf"
    assert hashlib.sha256(given.content).hexdigest() == deposit.sha256
    assert (deposit.state, deposit.attempt) == (DepositState.RECEIVED, 1)
    assert str(deposit.flow_number).startswith("CPP")
    assert timeline(submission) == ["READY", "SENDING", "DEPOSITED"]
    assert desk.send(submission) is None


def test_the_attempt_is_written_down_before_the_call(desk: Desk) -> None:
    submission = desk.opened()
    seen: list[tuple[str, str]] = []

    def look() -> None:
        seen.append((Deposit.objects.get().state, Submission.objects.get(pk=submission.pk).state))

    desk.chorus.on_deposit = look
    desk.send(submission)

    assert seen == [("SENDING", "SENDING")]


def test_a_document_without_its_file_does_not_leave_and_its_file_is_asked_for(desk: Desk) -> None:

    submission = desk.opened(file=False)

    assert desk.send(submission) is None

    desk.now(submission, SubmissionState.READY)
    asked = Job.objects.filter(kind="invoices.render", payload__invoice_id=submission.invoice_id)
    assert asked.count() == 2
    desk.send(submission)
    assert asked.count() == 2


def test_a_refusal_at_once_is_rejected_with_its_words(desk: Desk) -> None:
    submission = desk.opened()
    desk.chorus.troubles = [Refused(20001, "GDP_MSG_11.022", "GDP_MSG_11.022 fichier trop volumineux")]

    desk.send(submission)

    rejected = desk.now(submission, SubmissionState.REJECTED)
    assert "GDP_MSG_11.022" in rejected.problem
    assert submission.deposits.get().state == DepositState.REFUSED


@pytest.mark.parametrize(
    "error",
    [
        Transient("no connection"),
        AuthenticationRefused(Key.ACCOUNT, "401"),
        NotAllowed("403", subscribed=False),
        NotConfigured("NOT_CONFIGURED"),
    ],
)
def test_what_did_not_leave_is_ready_again_and_the_rest_waits(desk: Desk, error: ChorusError) -> None:
    first, second = desk.opened(), desk.opened()
    desk.chorus.troubles = [error]

    assert desk.turn() == (0, False)

    desk.now(first, SubmissionState.READY)
    assert first.deposits.get().state == DepositState.NOT_SENT
    assert not second.deposits.exists()
    assert Pace.objects.get().failures == 1
    assert desk.turn() == (0, False)
    assert Deposit.objects.count() == 1
    desk.pass_time(seconds=61)
    assert desk.turn() == (2, False)
    assert Pace.objects.get().failures == 0
    assert first.deposits.latest("attempt").attempt == 2


def test_a_call_without_an_answer_is_unknown_and_nothing_is_sent_again(desk: Desk) -> None:
    submission = desk.opened()
    desk.chorus.troubles = [OutcomeUnknown("timeout")]

    desk.send(submission)

    unknown = desk.now(submission, SubmissionState.UNKNOWN)
    assert unknown.next_check_at is not None
    assert submission.deposits.get().state == DepositState.UNKNOWN
    assert desk.send(submission) is None
    with pytest.raises(IntegrityError, match=r"chorus_one_open_deposit|submission_id"), transaction.atomic():
        Deposit.objects.create(
            submission=submission, attempt=2, sha256="0" * 64, size=1, file_name="x", started_at=desk.at
        )


def test_an_attempt_whose_process_died_becomes_unknown_and_a_late_receipt_counts(desk: Desk) -> None:
    submission = desk.opened()

    def die() -> None:
        raise SystemExit

    desk.chorus.on_deposit = die
    with pytest.raises(SystemExit):
        desk.send(submission)
    desk.now(submission, SubmissionState.SENDING)
    assert depositing.sweep_dead(at=desk.at) == 0
    desk.pass_time(minutes=10)

    assert depositing.sweep_dead(at=desk.at) == 1

    desk.now(submission, SubmissionState.UNKNOWN)
    assert depositing.sweep_dead(at=desk.at) == 0


def test_no_more_leave_in_a_minute_than_allowed_and_the_oldest_first(desk: Desk, settings: object) -> None:
    settings.CHORUS_DEPOSITS_PER_MINUTE = 2  # type: ignore[attr-defined]
    submissions = [desk.opened() for _ in range(3)]

    assert desk.turn() == (2, True)

    assert [each.deposits.count() for each in submissions] == [1, 1, 0]
    assert desk.turn() == (0, False)
    desk.pass_time(seconds=60)
    assert desk.turn() == (1, False)


def test_a_damaged_file_is_for_staff_and_stops_no_other_document(desk: Desk, settings: object) -> None:
    damaged, other = desk.opened(), desk.opened()
    [file] = Rendition.objects.filter(invoice=damaged.invoice)
    (settings.ARCHIVE_DIR / file.sha256[:2] / file.sha256).unlink()  # type: ignore[attr-defined]

    assert desk.turn() == (1, False)

    assert desk.now(damaged, SubmissionState.HELD).held_why == HeldWhy.STAFF
    desk.now(other, SubmissionState.DEPOSITED)


def test_an_invalid_file_holds_its_document_back_until_a_valid_one_is_there(desk: Desk) -> None:
    submission = desk.opened(file=False)
    Validation.objects.create(
        invoice=submission.invoice,
        channel=Channel.CHORUS,
        outcome=Outcome.INVALID,
        findings_count=1,
        xml_sha256="0" * 64,
        validators="v",
        created_at=desk.at,
    )

    desk.turn()

    assert desk.now(submission, SubmissionState.HELD).held_why == HeldWhy.INVALID
    syncing.begin(at=desk.at, whole=False)
    desk.now(submission, SubmissionState.HELD)
    desk.pass_time(minutes=1)
    print_file(submission.invoice, at=desk.at)
    syncing.begin(at=desk.at, whole=False)
    assert desk.turn() == (1, False)


def test_a_file_that_cannot_be_printed_stops_no_other_document(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    lone, other = desk.opened(file=False), desk.opened()

    def fails(*_args: object, **_more: object) -> None:
        raise OSError("no font")

    monkeypatch.setattr(preparing, "render_invoice", fails)
    assert desk.sync().submitted == 1

    desk.now(lone, SubmissionState.READY)
    desk.now(other, SubmissionState.DEPOSITED)


def test_a_receipt_that_comes_after_the_attempt_was_given_up_for_unknown_counts(desk: Desk) -> None:
    submission = desk.opened()

    def slowly() -> None:
        depositing.sweep_dead(at=desk.at + depositing.DIED_AFTER)

    desk.chorus.on_deposit = slowly
    deposit = desk.send(submission)

    assert deposit is not None
    assert deposit.state == DepositState.RECEIVED
    desk.now(submission, SubmissionState.DEPOSITED)


def test_a_pace_that_stops_without_a_failure_is_refused_by_the_database(desk: Desk) -> None:
    with pytest.raises(IntegrityError, match="chorus_pace_stops_after_failures"), transaction.atomic():
        Pace.objects.create(environment="SIMULATOR", stopped_until=desk.at)
    with pytest.raises(IntegrityError, match="chorus_pace_environment"), transaction.atomic():
        Pace.objects.create(environment="OTHER")
