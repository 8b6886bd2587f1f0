"""Deposit documents: the attempt is written down, the call is made, its ending is written down. Never twice blindly.

Three steps, so that no lock is held while we wait for Chorus Pro. A process that dies between them leaves an attempt
SENDING, which the sweeper turns into an unknown outcome: it is looked up by its number before anything leaves again.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import F, Q

from chorus.gateways.base import (
    AuthenticationRefused,
    ChorusError,
    FileToDeposit,
    NotAllowed,
    NotConfigured,
    Refused,
    Transient,
)
from chorus.locks import lock_submission
from chorus.models import Deposit, Submission
from chorus.services import pacing, telling
from chorus.services.preparing import current_file, current_is_valid, judge, routing_of, turn
from chorus.services.requiring import ask_before_deposit
from chorus.states import DepositState, HeldWhy, SubmissionState
from chorus.transitions import move
from core.failpoints import failpoint
from invoices import archive
from invoices.models import Invoice, Rendition
from outbox import services as outbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from django.db.models import QuerySet

    from chorus.gateways.base import DepositReceipt, Directory, Transport

logger = logging.getLogger(__name__)
FIRST_LOOK: Final = timedelta(seconds=30)
DIED_AFTER: Final = timedelta(minutes=10)
"""An attempt still SENDING then has lost its process."""
IN_CHORUS: Final = (SubmissionState.INTEGRATED, SubmissionState.FINISHED)
NOT_SENT: Final = (Transient, AuthenticationRefused, NotAllowed, NotConfigured)


@dataclass(frozen=True, slots=True)
class Sent:
    """What a turn did: how many got a receipt, how many were refused at once, and whether trouble ended it."""

    received: int = 0
    refused: int = 0
    stopped: bool = False


def ready_to_leave() -> QuerySet[Submission]:
    """What may leave, in the order of issue; a credit note only once its invoice is in Chorus Pro."""
    follows = Q(invoice__original__isnull=True) | Q(invoice__original__submission__state__in=IN_CHORUS)
    by_staff = Q(invoice__original__submission__state=SubmissionState.WITHDRAWN) & ~Q(allowed_by="")
    ready = Submission.objects.filter(follows | by_staff, state=SubmissionState.READY)
    return ready.select_related("invoice__customer", "invoice__original").order_by(
        F("invoice__issued_at"), "invoice__pk"
    )


def send_ready(
    transport: Transport, directory: Directory, *, at: datetime, most: int | None = None, prints: bool = False
) -> Sent:
    """Deposit what is ready, oldest first, `most` at most (None: all of it); the first trouble ends the turn.

    Before the first deposit of the day to a buyer, the directory is asked what it requires now.
    """
    received = refused = 0
    for place, submission in enumerate(_each(ready_to_leave(), most=most)):
        outbox.report(place, place + 1)  # a long turn keeps its lease
        if not ask_before_deposit(submission.invoice, at=at, directory=directory):
            pacing.trouble("The directory does not answer.", at=at)
            return Sent(received, refused, stopped=True)
        deposit = send(submission.pk, transport, at=at, prints=prints)
        if deposit is None:
            continue
        received += deposit.state == DepositState.RECEIVED
        refused += deposit.state == DepositState.REFUSED
        if deposit.state in (DepositState.NOT_SENT, DepositState.UNKNOWN):
            return Sent(received, refused, stopped=True)
        if most is not None and received + refused >= most:
            break
    return Sent(received, refused)


def send(submission_id: int, transport: Transport, *, at: datetime, prints: bool = False) -> Deposit | None:
    """Deposit one document that is ready. Returns the attempt as it ended, or None when it did not leave.

    It does not leave while its file is not printed (`prints`: it is printed here), when something is missing after all,
    or when another process takes it. Raises nothing of what Chorus Pro says: that is written down.
    """
    deposit = _claim(submission_id, at=at, prints=prints)
    if deposit is None:
        return None
    failpoint("chorus-deposit-written")
    try:
        receipt = transport.deposit(FileToDeposit(deposit.file_name, archive.read(deposit.sha256)))
        failpoint("chorus-deposit-called")
    except Exception as error:  # noqa: BLE001 - whatever it is, the attempt gets an ending
        return _record_trouble(deposit, error, at=at)
    return _record_receipt(deposit, receipt, at=at)


def sweep_dead(*, at: datetime) -> int:
    """Attempts whose process died: their outcome is unknown. Returns how many."""
    dead = Deposit.objects.filter(state=DepositState.SENDING, started_at__lte=at - DIED_AFTER).order_by("pk")
    return sum(_give_up_waiting(deposit, at=at) for deposit in dead)


def _each(ready: QuerySet[Submission], *, most: int | None) -> Iterator[Submission]:
    """A few more than wanted, since some may turn out not to leave."""
    yield from list(ready if most is None else ready[: most * 2]) if most != 0 else []


def _claim(submission_id: int, *, at: datetime, prints: bool) -> Deposit | None:
    """Write the attempt down, if it may be made. The file is printed before the lock is taken."""
    ready = Submission.objects.filter(pk=submission_id, state=SubmissionState.READY).select_related("invoice").first()
    if ready is None:
        return None
    file, is_damaged = _file_of(ready.invoice, at=at, prints=prints)
    with transaction.atomic():
        submission = lock_submission(submission_id)
        if submission.state != SubmissionState.READY:
            return None
        verdict = judge(submission, at=at)
        if verdict.state != SubmissionState.READY:
            turn(submission, verdict, at=at)
            return None
        if file is None or is_damaged:
            _keep_back(submission, is_damaged=is_damaged, at=at)
            return None
        if file.routing != routing_of(submission.invoice):
            return None  # completed meanwhile: the next turn has its file
        return _write_down(submission, file, at=at)


def _file_of(invoice: Invoice, *, at: datetime, prints: bool) -> tuple[Rendition | None, bool]:
    """Its file, and whether its bytes are lost. One that cannot be printed now is tried again, and stops no other."""
    try:
        file = current_file(invoice, at=at, prints=prints)
    except Exception:
        logger.exception("The file of %s could not be printed.", invoice)
        return None, False
    return file, file is not None and not archive.is_whole(file.sha256)


def _keep_back(submission: Submission, *, is_damaged: bool, at: datetime) -> None:
    """Hold it for staff when its file is lost, or found invalid; a file that is only not printed yet is waited for."""
    last = submission.invoice.validations.order_by("-created_at", "-pk").first()
    if is_damaged:
        submission.held_why = HeldWhy.STAFF
        submission.problem = "its file in the archive is missing or damaged"
    elif last is not None and last.findings_count > 0 and not current_is_valid(submission.invoice):
        submission.held_why = HeldWhy.INVALID
    else:
        return
    move(submission, SubmissionState.HELD, at=at, comment=submission.problem)


def _write_down(submission: Submission, file: Rendition, *, at: datetime) -> Deposit:
    deposit = Deposit.objects.create(
        submission=submission,
        attempt=1 + (submission.deposits.order_by("-attempt").values_list("attempt", flat=True).first() or 0),
        sha256=file.sha256,
        size=file.size,
        file_name=f"factur-x_{submission.invoice.number}.pdf",
        routing=file.routing,
        started_at=at,
    )
    submission.next_check_at, submission.looks = None, 0
    move(submission, SubmissionState.SENDING, at=at)
    return deposit


def _record_receipt(deposit: Deposit, receipt: DepositReceipt, *, at: datetime) -> Deposit:
    """Flow number and state in one transaction. Late receipts are taken too: the sweeper only said "unknown"."""
    with transaction.atomic():
        submission, deposit = _locked(deposit)
        if deposit.state not in (DepositState.SENDING, DepositState.UNKNOWN):
            return deposit  # found by its number meanwhile
        deposit.state, deposit.answered_at = DepositState.RECEIVED, at
        deposit.flow_number, deposit.correlation_id = receipt.flow_number, receipt.correlation_id
        deposit.save()
        submission.problem, submission.deposited_at = "", at
        submission.next_check_at, submission.looks = at + FIRST_LOOK, 0
        move(submission, SubmissionState.DEPOSITED, at=at)
    failpoint("chorus-deposit-received")
    pacing.all_is_well()
    return deposit


def _record_trouble(deposit: Deposit, error: Exception, *, at: datetime) -> Deposit:
    """What is known not to have left is ready again; what Chorus Pro refused is rejected; all else is unknown."""
    word = str(error) if isinstance(error, ChorusError) else type(error).__name__
    correlation_id = error.correlation_id if isinstance(error, ChorusError) else ""
    logger.warning("Deposit %s: %s (%s)", deposit, word, type(error).__name__)
    with transaction.atomic():
        submission, deposit = _locked(deposit)
        if deposit.state != DepositState.SENDING:
            return deposit
        deposit.answered_at, deposit.answer, deposit.correlation_id = at, word, correlation_id
        if isinstance(error, Refused):
            deposit.state, after = DepositState.REFUSED, SubmissionState.REJECTED
            submission.problem = f"{error.message_code} {word}".strip() if error.message_code not in word else word
            submission.dealt_at = None
        elif isinstance(error, (*NOT_SENT, archive.ArchiveDamaged)):
            deposit.state, after = DepositState.NOT_SENT, SubmissionState.READY
        else:
            deposit.state, after = DepositState.UNKNOWN, SubmissionState.UNKNOWN
            submission.next_check_at, submission.looks = at + FIRST_LOOK, 0
        deposit.save()
        move(submission, after, at=at, comment=submission.problem if isinstance(error, Refused) else "")
        if isinstance(error, Refused):
            telling.rejected(submission, at)
    _pace_after(error, at=at)
    return deposit


def _pace_after(error: Exception, *, at: datetime) -> None:
    if isinstance(error, Refused):
        pacing.all_is_well()
    else:
        word = f"{type(error).__name__}: {error}" if isinstance(error, ChorusError) else type(error).__name__
        pacing.trouble(word, at=at, retry_after=error.retry_after if isinstance(error, Transient) else 0)


def _give_up_waiting(deposit: Deposit, *, at: datetime) -> bool:
    with transaction.atomic():
        submission, deposit = _locked(deposit)
        if deposit.state != DepositState.SENDING:
            return False
        deposit.state = DepositState.UNKNOWN
        deposit.save(update_fields=["state"])
        submission.next_check_at, submission.looks = at, 0
        move(submission, SubmissionState.UNKNOWN, at=at)
        return True


def _locked(deposit: Deposit) -> tuple[Submission, Deposit]:
    return lock_submission(deposit.submission_id), Deposit.objects.get(pk=deposit.pk)
