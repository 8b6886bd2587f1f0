"""Link a document with what Chorus Pro has of it, once it is found there; and keep what is said of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from django.db import transaction

from chorus.cdar import cdar_of
from chorus.locks import lock_submission
from chorus.models import Deposit, LifecycleEvent, Source, Submission
from chorus.services import telling
from chorus.services.clocking import clock_of, move_due_date
from chorus.states import DEPOSIT_OPEN, DepositState, HeldWhy, SubmissionState
from chorus.transitions import move

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from chorus.gateways.base import Found, HistoryStep
    from invoices.models import Invoice

SUSPENDED, PAYMENT_ORDERED, REFUSED, ASTRAY = "SUSPENDUE", "MISE_EN_PAIEMENT", "REJETEE", "A_RECYCLER"
_CODE: Final = re.compile(r"[^A-Za-z0-9_]+")
_CODE_LENGTH: Final = 80
_ARRIVED: Final = (DepositState.SENDING, DepositState.RECEIVED, DepositState.UNKNOWN, DepositState.LOST)


def is_ours(invoice: Invoice, found: Found) -> bool:
    """Whether what bears our number there is our document: its kind, its supplier and its amount, as far as told."""
    if found.is_credit_note != invoice.is_credit_note:
        return False
    if found.supplier and found.supplier != invoice.seller.get("siret"):
        return False
    return found.total is None or abs(found.total.cents) == invoice.total_cents


def difference(invoice: Invoice, found: Found) -> str:
    """What is not ours of it, for staff."""
    amount = "?" if found.total is None else str(found.total)
    return f"{found.number}: {found.chorus_id}, {amount}, {found.supplier or '?'}; here {invoice.total_cents} cents"


def link(submission_id: int, found: Found, history: Sequence[HistoryStep], *, at: datetime) -> Submission:
    """Note that it is in Chorus Pro, by which attempt, and what was said of it until now. Twice is once."""
    with transaction.atomic():
        submission = lock_submission(submission_id)
        if submission.chorus_id is not None:
            return submission
        _end_attempts(submission, found, at=at)
        submission.chorus_id, submission.problem = found.chorus_id, ""
        submission.deposited_at = submission.deposited_at or at
        submission.next_check_at, submission.looks, submission.checked_at = None, 0, at
        if submission.state == SubmissionState.SENDING:
            move(submission, SubmissionState.UNKNOWN, at=at)
        move(submission, SubmissionState.INTEGRATED, at=at)
        telling.deposited(submission, at)
        _say(submission, found, history, at=at)
        return submission


def update(submission_id: int, found: Found, history: Sequence[HistoryStep], *, at: datetime) -> Submission:
    """Keep what Chorus Pro says now of a document that is there. Any status may follow any other."""
    with transaction.atomic():
        submission = lock_submission(submission_id)
        if is_news(submission, found) and submission.state == SubmissionState.FINISHED:
            move(submission, SubmissionState.INTEGRATED, at=at)
        _say(submission, found, history, at=at)
        return submission


def is_news(submission: Submission, found: Found) -> bool:
    """Whether this says something else than what we know."""
    known = (submission.chorus_status, submission.chorus_comment)
    return known != (_code(found.status), found.comment) or (
        found.at is not None and found.at != submission.chorus_status_at
    )


def not_ours(submission_id: int, found: Found, *, at: datetime) -> None:
    """Hold back a document whose number another one has there: staff look at it."""
    with transaction.atomic():
        submission = lock_submission(submission_id)
        if submission.state not in (SubmissionState.UNKNOWN, SubmissionState.DEPOSITED, SubmissionState.REJECTED):
            return
        submission.problem = difference(submission.invoice, found)
        submission.next_check_at, submission.looks, submission.checked_at = None, 0, at
        submission.deposits.filter(state__in=DEPOSIT_OPEN).update(state=DepositState.REJECTED, answered_at=at)
        if submission.state == SubmissionState.DEPOSITED:
            move(submission, SubmissionState.REJECTED, at=at, comment=submission.problem)
        submission.held_why = HeldWhy.STAFF
        move(submission, SubmissionState.HELD, at=at, comment=submission.problem)


def _end_attempts(submission: Submission, found: Found, *, at: datetime) -> None:
    """One attempt brought it in: that of the flow that is named, or else the last that may have arrived."""
    attempts = list(submission.deposits.order_by("-attempt"))
    named = [each for each in attempts if found.flow_number and each.flow_number == found.flow_number]
    maybe = [each for each in attempts if each.state in _ARRIVED]
    without_number = [each for each in maybe if not (found.flow_number and each.flow_number)]
    arrived = next(iter([*named, *without_number, *maybe]), None)
    for each in attempts:
        if each is arrived:
            _arrived(each, found, at=at)
        elif each.state in DEPOSIT_OPEN:
            each.state, each.answered_at = DepositState.LOST, each.answered_at or at
            each.save(update_fields=["state", "answered_at"])


def _arrived(deposit: Deposit, found: Found, *, at: datetime) -> None:
    deposit.state, deposit.answered_at = DepositState.INTEGRATED, deposit.answered_at or at
    if found.flow_number and not deposit.flow_number:
        taken = Deposit.objects.filter(flow_number=found.flow_number).exists()
        deposit.flow_number = None if taken else found.flow_number
    deposit.save()


def _say(submission: Submission, found: Found, history: Sequence[HistoryStep], *, at: datetime) -> None:
    """Status, comment, clock and timeline; then write to the customer of what asks something of somebody."""
    status = _code(found.status)
    changed = status != submission.chorus_status or (found.at is not None and found.at != submission.chorus_status_at)
    submission.chorus_status, submission.chorus_comment = status, found.comment
    submission.chorus_status_at, submission.checked_at = found.at or submission.chorus_status_at or at, at
    if history:
        clock = clock_of(history, integrated_at=submission.deposited_at or at)
        submission.available_at, submission.suspended_at = clock.available_at, clock.suspended_at
        submission.suspended_seconds = clock.suspended_seconds
    if changed and status in (REFUSED, ASTRAY, SUSPENDED):
        submission.dealt_at = None
    submission.save()
    _write_timeline(submission.invoice_id, history, at=at)
    move_due_date(submission, at=at)
    if changed:
        _tell(submission, at=at)


def _tell(submission: Submission, *, at: datetime) -> None:
    told = {SUSPENDED: telling.suspended, ASTRAY: telling.recycled, REFUSED: telling.rejected}
    if tell := told.get(submission.chorus_status):
        tell(submission, at)


def _write_timeline(invoice_id: int, history: Sequence[HistoryStep], *, at: datetime) -> None:
    """Each step once, by its word and moment, however often it is told."""
    LifecycleEvent.objects.bulk_create(
        [
            LifecycleEvent(
                invoice_id=invoice_id,
                source=Source.CHORUS,
                code=_code(step.code),
                cdar=cdar_of(step.code),
                at=step.at,
                comment=step.comment,
                actor=step.actor[:200],
                recorded_at=at,
            )
            for step in history
        ],
        ignore_conflicts=True,
    )


def _code(word: str) -> str:
    """The word as told, in the characters of such words: one that we have never seen is kept too."""
    return _CODE.sub("_", word.strip())[:_CODE_LENGTH] or "?"
