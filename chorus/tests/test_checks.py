"""The self-check names what must never be."""

from __future__ import annotations

from datetime import timedelta

from chorus import checks
from chorus.gateways.base import OutcomeUnknown
from chorus.models import Deposit, Submission
from chorus.selectors.submissions import held, stuck, trouble
from chorus.states import DepositState, SubmissionState
from chorus.tests.desk import Desk
from chorus.tests.test_answering import complete, says
from core import clock
from outbox.models import Job, JobState


def wrong() -> list[str]:
    questions = (
        checks.documents_have_their_submission,
        checks.nothing_was_deposited_twice,
        checks.attempts_agree_with_their_documents,
        checks.nothing_is_unknown_for_long,
        checks.answers_end,
        checks.rejections_are_dealt_with,
        checks.what_was_sent_is_guarded,
    )
    return [check.name for ask in questions for check in ask() if not check.ok]


def test_all_holds_after_a_whole_life(desk: Desk) -> None:
    desk.integrated()
    desk.deposited()
    desk.opened()

    assert wrong() == []


def test_a_document_that_was_announced_and_has_no_submission_is_named(desk: Desk) -> None:
    desk.issue()
    assert wrong() == []

    Job.objects.update(state=JobState.DONE, finished_at=desk.at)

    assert wrong() == ["chorus: each public document has a submission"]


def test_two_attempts_that_arrived_are_named(desk: Desk) -> None:
    submission = desk.integrated()
    Deposit.objects.create(
        submission=submission,
        attempt=2,
        sha256="0" * 64,
        size=1,
        file_name="x",
        started_at=desk.at,
        state=DepositState.INTEGRATED,
    )

    assert wrong() == ["chorus: nothing is deposited twice"]


def test_a_document_without_the_attempt_of_its_state_is_named(desk: Desk) -> None:
    desk.deposited()
    Submission.objects.update(state=SubmissionState.UNKNOWN)

    assert wrong() == ["chorus: attempts agree with their documents"]
    Submission.objects.update(state=SubmissionState.READY)
    assert wrong() == ["chorus: attempts agree with their documents"]


def test_a_document_that_is_unknown_for_a_week_is_named(desk: Desk) -> None:
    desk.at = clock.now() - timedelta(days=8)
    submission = desk.opened()
    desk.chorus.troubles = [OutcomeUnknown("timeout")]
    desk.send(submission)

    assert wrong() == ["chorus: no outcome is unknown for a week"]


def test_what_stands_for_a_day_is_shown_to_staff(desk: Desk) -> None:
    first = desk.deposited()
    note = desk.open(desk.credit(first.invoice))
    desk.pass_time(hours=25)
    assert list(stuck(at=desk.at)) == [first]
    assert not held().exists()
    assert trouble() is None
    assert desk.now(note).state == SubmissionState.READY


def test_an_answer_that_nobody_gives_is_named(desk: Desk) -> None:
    submission = says(desk, "SUSPENDUE")
    complete(desk, submission, at=clock.now() - timedelta(days=8))

    assert wrong() == ["chorus: answers end within a week"]
