"""Ask what became of deposits: their reports by the ladder, and what was never answered by its number."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Q

from chorus.gateways.base import ChorusError, FlowOutcome, FlowReport, Refused
from chorus.locks import lock_submission
from chorus.models import Deposit, Submission
from chorus.services import linking, telling
from chorus.services.linking import is_ours
from chorus.states import DEPOSIT_OPEN, DepositState, SubmissionState
from chorus.transitions import move
from outbox import services as outbox

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from chorus.gateways.base import Found, Transport

logger = logging.getLogger(__name__)
REPORT_LADDER: Final = (30, 120, 300)
"""Seconds after the deposit; then every quarter of an hour, and daily after a day."""
SEARCH_LADDER: Final = (30, 90, 180, 600, 900, 1800)
"""Seconds between two searches that found nothing: an hour together. After the last one it never arrived."""
_QUARTER, _DAILY = timedelta(minutes=15), timedelta(days=1)
SOON: Final = timedelta(seconds=30)
_REPORT_LOST_AFTER: Final = timedelta(hours=1)
ASKED: Final = (SubmissionState.DEPOSITED, SubmissionState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Followed:
    """How many of those asked about are integrated now, and rejected now; whether trouble ended the turn."""

    integrated: int = 0
    rejected: int = 0
    stopped: bool = False


def to_look_at(*, at: datetime | None) -> QuerySet[Submission]:
    """Deposits whose report is due, and documents to search for, oldest first; all of them without a moment."""
    found = Submission.objects.filter(state__in=ASKED)
    if at is not None:
        found = found.filter(Q(next_check_at__isnull=True) | Q(next_check_at__lte=at))
    return found.order_by("state_at", "pk")


def next_due() -> datetime | None:
    """When the next of them is to be asked about."""
    return to_look_at(at=None).order_by("next_check_at").values_list("next_check_at", flat=True).first()


def look_all(transport: Transport, *, at: datetime, ladder: bool = True) -> Followed:
    """Look at all that are due, or (without the ladder) at all. A call without an answer ends the turn."""
    integrated = rejected = 0
    keys = list(to_look_at(at=at if ladder else None).values_list("pk", flat=True))
    for place, key in enumerate(keys):
        outbox.report(place, len(keys))
        try:
            state = look(key, transport, at=at)
        except ChorusError as error:
            logger.warning("Submission %s could not be looked at: %s", key, error)
            if not isinstance(error, Refused):
                return Followed(integrated, rejected, stopped=True)
            _ask_later(key, at=at)
            continue
        integrated += state == SubmissionState.INTEGRATED
        rejected += state == SubmissionState.REJECTED
    return Followed(integrated, rejected)


def look(submission_id: int, transport: Transport, *, at: datetime) -> SubmissionState:
    """Ask what became of one deposit, or search for a document of unknown outcome. Returns its state afterwards.

    Raises ChorusError when nothing was learnt: it stays as it is.
    """
    submission = Submission.objects.select_related("invoice").get(pk=submission_id)
    if submission.state == SubmissionState.DEPOSITED:
        _look_at_report(submission, transport, at=at)
    elif submission.state == SubmissionState.UNKNOWN:
        _search(submission, transport, at=at)
    return SubmissionState(Submission.objects.values_list("state", flat=True).get(pk=submission_id))


def find(submission: Submission, transport: Transport) -> tuple[Found | None, Found | None]:
    """What Chorus Pro has of our number: our document, if it is there; or else another one that has its number."""
    found = transport.find(str(submission.invoice.number))
    ours = next((each for each in found if is_ours(submission.invoice, each)), None)
    return ours, None if ours else next(iter(found), None)


def _look_at_report(submission: Submission, transport: Transport, *, at: datetime) -> None:
    deposit = submission.deposits.filter(state=DepositState.RECEIVED).get()
    report = transport.report(str(deposit.flow_number))
    is_wrong = any(not error.number or error.number == submission.invoice.number for error in report.errors)
    match report.outcome:
        case FlowOutcome.INTEGRATED:
            _integrated(submission, deposit, report, transport, at=at)
        case FlowOutcome.PARTIAL if not is_wrong:
            _integrated(submission, deposit, report, transport, at=at)
        case FlowOutcome.PARTIAL | FlowOutcome.REJECTED:
            _rejected(submission, deposit, report, transport, at=at)
        case FlowOutcome.INCIDENT:
            _end(deposit, DepositState.INCIDENT, SubmissionState.READY, report, at=at)
        case FlowOutcome.NOT_FOUND if at - deposit_moment(submission, deposit) >= _REPORT_LOST_AFTER:
            _report_lost(submission, deposit, report, transport, at=at)
        case _:
            _note_look(submission, deposit, report, at=at)


def deposit_moment(submission: Submission, deposit: Deposit) -> datetime:
    """From when the ladder of its report counts."""
    return deposit.answered_at or submission.deposited_at or deposit.started_at


def _integrated(
    submission: Submission, deposit: Deposit, report: FlowReport, transport: Transport, *, at: datetime
) -> None:
    """The flow is in: find the document by its number. It may take a while until the search knows it."""
    ours, other = find(submission, transport)
    if ours is not None:
        _note_flow(deposit, report)
        linking.link(submission.pk, ours, transport.history(ours.chorus_id), at=at)
    elif other is not None:
        linking.not_ours(submission.pk, other, at=at)
    else:
        _note_look(submission, deposit, report, at=at)


def _rejected(
    submission: Submission, deposit: Deposit, report: FlowReport, transport: Transport, *, at: datetime
) -> None:
    """Nothing of this flow is in. Perhaps because the document is there already: then that is what we wanted."""
    ours, other = find(submission, transport)
    if ours is not None:
        _end(deposit, DepositState.REJECTED, SubmissionState.REJECTED, report, at=at, tells=False)
        linking.link(submission.pk, ours, transport.history(ours.chorus_id), at=at)
        return
    if other is not None:
        _note_flow(deposit, report)
        linking.not_ours(submission.pk, other, at=at)
        return
    _end(deposit, DepositState.REJECTED, SubmissionState.REJECTED, report, at=at)


def _report_lost(
    submission: Submission, deposit: Deposit, report: FlowReport, transport: Transport, *, at: datetime
) -> None:
    """Its flow is not known there an hour later: search for the document, and go on doing so as for any unknown."""
    ours, other = find(submission, transport)
    if ours is not None:
        linking.link(submission.pk, ours, transport.history(ours.chorus_id), at=at)
    elif other is not None:
        linking.not_ours(submission.pk, other, at=at)
    else:
        _end(deposit, DepositState.UNKNOWN, SubmissionState.UNKNOWN, report, at=at)


def _search(submission: Submission, transport: Transport, *, at: datetime) -> None:
    ours, other = find(submission, transport)
    if ours is not None:
        linking.link(submission.pk, ours, transport.history(ours.chorus_id), at=at)
    elif other is not None:
        linking.not_ours(submission.pk, other, at=at)
    else:
        _not_there(submission.pk, at=at)


def _not_there(submission_id: int, *, at: datetime) -> None:
    """A search found nothing. Only searches in their turn count; after the last of them it is sent again."""
    with transaction.atomic():
        submission = lock_submission(submission_id)
        if submission.state != SubmissionState.UNKNOWN:
            return
        submission.checked_at = at
        is_due = submission.next_check_at is None or submission.next_check_at <= at
        if is_due and submission.looks + 1 >= len(SEARCH_LADDER):
            submission.deposits.filter(state__in=DEPOSIT_OPEN).update(state=DepositState.LOST)
            submission.next_check_at, submission.looks = None, 0
            move(submission, SubmissionState.READY, at=at)
            return
        if is_due:
            submission.looks += 1
            submission.next_check_at = at + timedelta(seconds=SEARCH_LADDER[submission.looks])
        submission.save(update_fields=["checked_at", "next_check_at", "looks"])


def _end(
    deposit: Deposit,
    ending: DepositState,
    after: SubmissionState,
    report: FlowReport,
    *,
    at: datetime,
    tells: bool = True,
) -> None:
    """The attempt ended, and the document with it. All texts are kept as told."""
    with transaction.atomic():
        submission = lock_submission(deposit.submission_id)
        if submission.state != SubmissionState.DEPOSITED:
            return
        words = "\n".join(dict.fromkeys(error.text for error in report.errors))
        deposit.state, deposit.flow_state, deposit.answer = ending, report.state[:80], words or report.state
        deposit.save(update_fields=["state", "flow_state", "answer"])
        submission.problem = words or (report.state if after == SubmissionState.REJECTED else "")
        submission.checked_at, submission.looks = at, 0
        submission.next_check_at = at if after == SubmissionState.UNKNOWN else None
        submission.dealt_at = None
        move(submission, after, at=at, comment=submission.problem)
        if after == SubmissionState.REJECTED and tells:
            telling.rejected(submission, at)


def _note_flow(deposit: Deposit, report: FlowReport) -> None:
    Deposit.objects.filter(pk=deposit.pk).update(flow_state=report.state[:80])


def _note_look(submission: Submission, deposit: Deposit, report: FlowReport, *, at: datetime) -> None:
    """Nothing new: look again in its turn."""
    with transaction.atomic():
        locked = lock_submission(submission.pk)
        if locked.state != SubmissionState.DEPOSITED:
            return
        _note_flow(deposit, report)
        locked.checked_at = at
        if locked.next_check_at is None or locked.next_check_at <= at:
            locked.looks = min(locked.looks + 1, 30_000)
            locked.next_check_at = next_report(deposit_moment(locked, deposit), locked.looks, at=at)
        locked.save(update_fields=["checked_at", "looks", "next_check_at"])


def next_report(since: datetime, looks: int, *, at: datetime) -> datetime:
    """When a report is asked for again: 30 s, 2 and 5 minutes after the deposit, each 15 minutes, daily after a day."""
    if at - since >= _DAILY:
        return at + _DAILY
    if looks < len(REPORT_LADDER):
        return max(since + timedelta(seconds=REPORT_LADDER[looks]), at + SOON)
    return at + _QUARTER


def _ask_later(submission_id: int, *, at: datetime) -> None:
    Submission.objects.filter(pk=submission_id, state__in=ASKED).update(next_check_at=at + _QUARTER, checked_at=at)
