"""REJETEE: say that we read the rejection. It is final there; what is owed is put right by a credit note, here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chorus.models import LifecycleEvent, SupplierAction
from chorus.services import acting
from chorus.services.linking import REFUSED
from chorus.states import ActionKind, ActionState, SubmissionState
from chorus.transitions import move

if TYPE_CHECKING:
    from datetime import datetime

    from chorus.gateways.base import Transport
    from chorus.models import Submission


def ask_to_acknowledge(submission_id: int, *, by: acting.Asker, at: datetime) -> SupplierAction:
    """Have the rejection acknowledged; the document is then dealt with. One rejection, one acknowledgement on its way.

    Raises CannotDecide.
    """
    tried = SupplierAction.objects.filter(submission=submission_id, kind=VERB.kind, state=ActionState.REFUSED).count()
    return acting.ask(submission_id, VERB, {}, key=f"acknowledge:{submission_id}:{tried}", by=by, at=at)


def reason_of(submission: Submission) -> str:
    """Why the buyer refused it, in its own words: as told now, or by the step that refused."""
    if submission.chorus_comment:
        return submission.chorus_comment
    steps = LifecycleEvent.objects.filter(invoice_id=submission.invoice_id, code=REFUSED).order_by("-at", "-pk")
    return steps.values_list("comment", flat=True).first() or ""


def _prepare(_action: SupplierAction, _transport: Transport) -> None:
    """Nothing goes before it."""


def _call(action: SupplierAction, transport: Transport, _prepared: None) -> None:
    transport.acknowledge([int(action.submission.chorus_id or 0)])


def _after(_action: SupplierAction, submission: Submission, at: datetime) -> None:
    submission.dealt_at = at
    if submission.state == SubmissionState.INTEGRATED:
        move(submission, SubmissionState.FINISHED, at=at)
    else:
        submission.save(update_fields=["dealt_at"])


VERB: Final = acting.Verb(
    kind=ActionKind.ACKNOWLEDGE,
    answers=REFUSED,
    brings="ACQUITTEMENT_REJET",
    prepare=_prepare,
    call=_call,
    after=_after,
)
