"""Send a document again, where that is right; say why not, where it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from chorus.models import Deposit, Submission
from chorus.services import deciding
from chorus.states import SubmissionState
from outbox import services as outbox

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from django_stubs_ext import StrOrPromise

_SEND: Final = "chorus.send"
_REASONS: Final[Mapping[str, StrOrPromise]] = {
    SubmissionState.WAITING_REFERENCES: _("A reference is missing: once it is given, the document leaves by itself."),
    SubmissionState.HELD: _("It is held back: release it, or correct what its checks found."),
    SubmissionState.SENDING: _("It is being sent just now."),
    SubmissionState.DEPOSITED: _("It was received: wait for its report. A second one would be a duplicate."),
    SubmissionState.UNKNOWN: _("Perhaps it arrived: it is looked up there before anything is sent again."),
    SubmissionState.INTEGRATED: _("It is in Chorus Pro: the same number is never sent twice."),
    SubmissionState.FINISHED: _("It is in Chorus Pro: the same number is never sent twice."),
    SubmissionState.WITHDRAWN: _("It was decided that it is not sent."),
}


def why_not(submission: Submission) -> StrOrPromise:
    """Why it may not be sent again now; empty when it may.

    It may when Chorus Pro did not take it in (its number is free there), and when it waits for its turn: after an
    incident, or after it was looked for and never arrived.
    """
    return _REASONS.get(submission.state, "")


def resend(submission_id: int, *, actor: str, at: datetime) -> Submission:
    """Send it again with the same number, at the next turn, which is now. Raises CannotDecide with the reason."""
    submission = Submission.objects.get(pk=submission_id)
    if reason := why_not(submission):
        raise deciding.CannotDecide(reason)
    if submission.state == SubmissionState.REJECTED:
        submission = deciding.resend(submission_id, actor=actor, at=at)
    attempts = Deposit.objects.filter(submission=submission_id).count()
    outbox.enqueue(_SEND, {}, key=f"{_SEND}:again:{submission_id}:{attempts}", at=at)
    return submission
