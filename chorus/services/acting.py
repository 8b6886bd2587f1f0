"""Answer Chorus Pro about a document that is there: written down, looked at, called, written down. One after the other.

The answer is an intent row first. Before the call the document is read: another status than the one that is answered
ends it there. A call without a readable answer is settled by reading the document again, never by repeating the call
blindly; it is repeated only when the same status has stood unchanged through all looks.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from chorus.gateways.base import (
    AuthenticationRefused,
    ChorusError,
    NotAllowed,
    NotConfigured,
    Refused,
    Transient,
)
from chorus.locks import lock_submission
from chorus.models import Source, SupplierAction
from chorus.services import linking
from chorus.services.deciding import CannotDecide
from chorus.states import ACTION_OPEN, ActionKind, ActionState, SubmissionState
from chorus.transitions import note
from chorus.wiring import environment
from core.failpoints import failpoint
from invoices.locks import lock_invoices
from outbox import services as outbox

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from chorus.gateways.base import Found, HistoryStep, Transport
    from chorus.models import Submission

logger = logging.getLogger(__name__)
ACT: Final = "chorus.act"
DIED_AFTER: Final = timedelta(minutes=10)
"""An answer still SENDING then has lost its process."""
LOOKS: Final = (30, 120, 300, 900)
"""Seconds between looks after a call of unknown outcome; after the last one it is sent again."""
_RETRY_SECONDS: Final = 300
_NOT_SENT: Final = (Transient, AuthenticationRefused, NotAllowed, NotConfigured)
_ANSWER_LENGTH: Final = 2000


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and on whose side."""

    name: str
    source: Source


@dataclass(frozen=True, slots=True)
class Verb:
    """One kind of answer: the status that it answers, and how it is made.

    `brings` is the status that shows in the history once it arrived. `prepare` does what must be done before the call
    and is harmless when repeated; its result is given to `call`. `after` runs with the document and the row locked.
    """

    kind: ActionKind
    answers: str
    brings: str
    prepare: Callable[[SupplierAction, Transport], Any]
    call: Callable[[SupplierAction, Transport, Any], None]
    after: Callable[[SupplierAction, Submission, datetime], None]


def ask(
    submission_id: int, verb: Verb, payload: Mapping[str, Any], *, key: str, by: Asker, at: datetime
) -> SupplierAction:
    """Write down that this answer is wanted; the outbox gives it. The same key again is the same answer.

    Raises CannotDecide: the document has another status, or such an answer is on its way already.
    """
    with transaction.atomic():
        submission = lock_submission(submission_id)
        known = SupplierAction.objects.filter(key=key).first()
        if known is not None:
            return known
        _check(submission, verb)
        action = SupplierAction.objects.create(
            submission=submission,
            kind=verb.kind,
            key=key,
            payload=dict(payload),
            status_at=submission.chorus_status_at,
            asked_by=by.name,
            source=by.source,
            asked_at=at,
        )
        outbox.enqueue(ACT, {"action_id": action.pk}, key=f"{ACT}:{action.pk}", at=at)
        return action


def may_ask(submission: Submission, verb: Verb) -> bool:
    """Whether its status is the one that this answers."""
    return submission.state == SubmissionState.INTEGRATED and submission.chorus_status == verb.answers


def carry_out(action: SupplierAction, verb: Verb, transport: Transport, *, at: datetime) -> int:
    """Do the next step of an open answer. Returns in how many seconds it wants another one; 0: it has ended.

    Raises nothing of what Chorus Pro says: that is written down.
    """
    if action.state not in ACTION_OPEN:
        return 0
    if action.state == ActionState.SENDING:
        return _look_for_the_dead(action, at=at)
    try:
        seen = _read(action, transport, at=at)
    except ChorusError as error:
        return _wait_after(action, error)
    if action.state == ActionState.UNKNOWN:
        return _settle(action, verb, seen, at=at)
    if not _stands(action, verb, seen.found):
        _end_before_the_call(action, verb, seen.found, at=at)
        return 0
    return _send(action, verb, transport, seen, at=at)


@dataclass(frozen=True, slots=True)
class _Seen:
    """The document as it is in Chorus Pro now."""

    found: Found
    history: Sequence[HistoryStep]

    def times(self, code: str) -> int:
        """How often its history names a status."""
        return sum(step.code == code for step in self.history)


def _check(submission: Submission, verb: Verb) -> None:
    if submission.environment != environment():
        raise CannotDecide(_("This document was made for another environment of Chorus Pro."))
    if not may_ask(submission, verb):
        raise CannotDecide(_("Its status in Chorus Pro is another one now. Look at it again."))
    if submission.actions.filter(kind=verb.kind, state__in=ACTION_OPEN).exists():
        raise CannotDecide(_("Such an answer is on its way already."))


def _read(action: SupplierAction, transport: Transport, *, at: datetime) -> _Seen:
    """Read the document there, with its history; what is new of it is kept. Raises ChorusError."""
    submission = action.submission
    named = transport.find(str(submission.invoice.number))
    found = next((each for each in named if each.chorus_id == submission.chorus_id), None)
    if found is None:
        raise Transient("NOT_FOUND")
    history = transport.history(found.chorus_id)
    if linking.is_news(submission, found):
        linking.update(submission.pk, found, history, at=at)
    return _Seen(found, history)


def _stands(action: SupplierAction, verb: Verb, found: Found) -> bool:
    """Whether the status that is answered stands there unchanged."""
    if found.status != verb.answers or found.rejection_acknowledged:
        return False
    return found.at is None or action.status_at is None or found.at == action.status_at


def _end_before_the_call(action: SupplierAction, verb: Verb, found: Found, *, at: datetime) -> None:
    """Another status than the one that is answered: nothing is sent, and it says which."""
    if found.rejection_acknowledged and verb.kind == ActionKind.ACKNOWLEDGE:
        _done(action, verb, at=at)
    else:
        _refuse(action, found.status, at=at)


def _send(action: SupplierAction, verb: Verb, transport: Transport, seen: _Seen, *, at: datetime) -> int:
    try:
        prepared = verb.prepare(action, transport)
    except Refused as error:
        _refuse(action, _said(error), at=at, trace=error.correlation_id)
        return 0
    except ChorusError as error:
        return _wait_after(action, error)
    claimed = {"sent_at": at, "steps_before": seen.times(verb.brings), "attempts": action.attempts + 1, "looks": 0}
    if not _keep(action, [ActionState.ASKED], state=ActionState.SENDING, **claimed):
        return 0  # another process has it
    failpoint("chorus-action-written")
    try:
        verb.call(action, transport, prepared)
        failpoint("chorus-action-called")
    except Exception as error:  # noqa: BLE001 - whatever it is, the call gets an ending
        return _record_trouble(action, error, at=at)
    _done(action, verb, at=at)
    return 0


def _settle(action: SupplierAction, verb: Verb, seen: _Seen, *, at: datetime) -> int:
    """Whether a call of unknown outcome arrived, as the document itself shows."""
    is_read = verb.kind == ActionKind.ACKNOWLEDGE and seen.found.rejection_acknowledged
    if is_read or seen.times(verb.brings) > action.steps_before:
        _done(action, verb, at=at)
        return 0
    if not _stands(action, verb, seen.found):
        _refuse(action, seen.found.status, at=at)
        return 0
    looks = action.looks + 1
    if looks < len(LOOKS):
        _keep(action, [ActionState.UNKNOWN], looks=looks)
        return LOOKS[looks]
    _keep(action, [ActionState.UNKNOWN], state=ActionState.ASKED)
    return 1


def _look_for_the_dead(action: SupplierAction, *, at: datetime) -> int:
    """Being sent now, or its process died: after a while its outcome is unknown."""
    died_at = (action.sent_at or action.asked_at) + DIED_AFTER
    if at < died_at:
        return int((died_at - at).total_seconds()) + 1
    _keep(action, [ActionState.SENDING], state=ActionState.UNKNOWN)
    return 1


def _record_trouble(action: SupplierAction, error: Exception, *, at: datetime) -> int:
    """What is known not to have left is sent again later; what was refused has ended; all else is unknown."""
    logger.warning("%s: %s (%s)", action, error, type(error).__name__)
    if isinstance(error, Refused):
        _refuse(action, _said(error), at=at, trace=error.correlation_id)
        return 0
    if isinstance(error, _NOT_SENT):
        _keep(action, [ActionState.SENDING], state=ActionState.ASKED)
        return _wait_after(action, error)
    trace = error.correlation_id if isinstance(error, ChorusError) else ""
    _keep(action, [ActionState.SENDING], state=ActionState.UNKNOWN, answer=_said(error), correlation_id=trace)
    return LOOKS[0]


def _wait_after(action: SupplierAction, error: ChorusError) -> int:
    """Nothing was sent, or nothing learnt: what was said is kept, and it is tried again."""
    logger.warning("%s: %s (%s)", action, error, type(error).__name__)
    _keep(action, ACTION_OPEN, answer=_said(error), correlation_id=error.correlation_id)
    return max(_RETRY_SECONDS, error.retry_after if isinstance(error, Transient) else 0)


def _done(action: SupplierAction, verb: Verb, *, at: datetime) -> None:
    """It arrived: written down once, with what follows from it."""
    with transaction.atomic():
        lock_invoices([action.submission.invoice_id])
        submission = lock_submission(action.submission_id)
        if not _keep(action, ACTION_OPEN, state=ActionState.DONE, answered_at=at, answer=""):
            return
        verb.after(action, submission, at)
        _tell_timeline(action, submission, str(action.payload.get("comment", "")), at=at)


def _refuse(action: SupplierAction, answer: str, *, at: datetime, trace: str = "") -> None:
    """It ended without effect; staff see why."""
    with transaction.atomic():
        submission = lock_submission(action.submission_id)
        ending = {"answered_at": at, "answer": answer[:_ANSWER_LENGTH], "correlation_id": trace}
        if _keep(action, ACTION_OPEN, state=ActionState.REFUSED, **ending):
            _tell_timeline(action, submission, answer, at=at)


def _tell_timeline(action: SupplierAction, submission: Submission, comment: str, *, at: datetime) -> None:
    code = f"{action.kind}_{action.state}"
    note(submission, code, at=at, actor=action.asked_by, comment=comment, source=action.source)


def _keep(action: SupplierAction, states: Sequence[ActionState], **changes: Any) -> bool:
    """Write these columns if it is still in one of these states. Says whether it was."""
    if not SupplierAction.objects.filter(pk=action.pk, state__in=states).update(**changes):
        return False
    for name, value in changes.items():
        setattr(action, name, value)
    return True


def _said(error: Exception) -> str:
    if not isinstance(error, ChorusError):
        return type(error).__name__
    code = error.message_code if isinstance(error, Refused) else ""
    return error.word if code in error.word else f"{code} {error.word}"
