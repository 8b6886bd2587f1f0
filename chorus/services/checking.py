"""Ask Chorus Pro about one document out of its turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chorus.models import Submission
from chorus.services import following, preparing, updating
from chorus.states import SubmissionState
from outbox import services as outbox

if TYPE_CHECKING:
    from datetime import datetime

    from chorus.gateways.base import Transport

CHECK: Final = "chorus.check"
_THERE: Final = (SubmissionState.INTEGRATED, SubmissionState.FINISHED)


def check(submission_id: int, transport: Transport, *, at: datetime) -> Submission:
    """Its report, its place there, or its status: whatever is not known yet. Raises ChorusError: nothing was learnt.

    What is still with us is looked at again as things are now; nothing is asked about it.
    """
    submission = Submission.objects.select_related("invoice").get(pk=submission_id)
    if submission.state in _THERE:
        updating.update_one(submission, transport, at=at)
        Submission.objects.filter(pk=submission_id).update(checked_at=at)
    elif submission.state in following.ASKED:
        following.look(submission_id, transport, at=at)
    elif submission.state != SubmissionState.WITHDRAWN:
        preparing.reconsider(submission_id, at=at)
    return Submission.objects.select_related("invoice__customer").get(pk=submission_id)


def ask_to_check(submission_id: int, *, at: datetime) -> None:
    """Have it done by the outbox; asked for several times within a minute, it is done once."""
    outbox.enqueue(
        CHECK, {"submission_id": submission_id}, key=f"{CHECK}:{submission_id}:{int(at.timestamp()) // 60}", at=at
    )
