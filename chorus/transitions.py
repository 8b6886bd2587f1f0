"""How a submission may change. `move` is the only way to change its state; it writes the timeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from chorus.models import LifecycleEvent, Source, Submission
from chorus.states import SubmissionState
from core.states import NotAllowed, StateTable

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["TRANSITIONS", "NotAllowed", "diagram", "may_move", "move", "submission_states_page"]
WAITING, HELD, READY = SubmissionState.WAITING_REFERENCES, SubmissionState.HELD, SubmissionState.READY
SENDING, DEPOSITED, UNKNOWN = SubmissionState.SENDING, SubmissionState.DEPOSITED, SubmissionState.UNKNOWN
REJECTED, INTEGRATED = SubmissionState.REJECTED, SubmissionState.INTEGRATED
FINISHED, WITHDRAWN = SubmissionState.FINISHED, SubmissionState.WITHDRAWN

TRANSITIONS: Final[Mapping[tuple[SubmissionState, SubmissionState], str]] = {
    (WAITING, READY): "completed",
    (WAITING, HELD): "held back",
    (WAITING, WITHDRAWN): "given up",
    (READY, SENDING): "taken",
    (READY, WAITING): "lacks a reference",
    (READY, HELD): "held back",
    (READY, WITHDRAWN): "given up",
    (HELD, READY): "released",
    (HELD, WAITING): "released, lacks a reference",
    (HELD, WITHDRAWN): "given up",
    (SENDING, DEPOSITED): "received",
    (SENDING, UNKNOWN): "no answer",
    (SENDING, READY): "did not leave",
    (SENDING, REJECTED): "refused at once",
    (UNKNOWN, DEPOSITED): "its receipt was found",
    (UNKNOWN, INTEGRATED): "found in Chorus Pro",
    (UNKNOWN, READY): "not found for an hour",
    (UNKNOWN, HELD): "another document has its number there",
    (DEPOSITED, INTEGRATED): "integrated",
    (DEPOSITED, REJECTED): "rejected",
    (DEPOSITED, READY): "incident at Chorus Pro",
    (DEPOSITED, UNKNOWN): "its report is lost",
    (REJECTED, READY): "mended",
    (REJECTED, WAITING): "lacks a reference",
    (REJECTED, HELD): "held back",
    (REJECTED, INTEGRATED): "found in Chorus Pro",
    (REJECTED, WITHDRAWN): "given up",
    (INTEGRATED, FINISHED): "nothing more to follow",
    (FINISHED, INTEGRATED): "followed again",
}

_MEANINGS: Final[Mapping[SubmissionState, str]] = {
    WAITING: "Issued; its buyer requires a reference that it lacks, or its structure or service is closed. "
    "It leaves by itself when completed.",
    HELD: "Complete, but it must not leave before staff decided: money came first, it was credited, "
    "its file is invalid, or it belongs to another environment.",
    READY: "Nothing is missing; the next turn sends it.",
    SENDING: "An attempt is written down and its bytes are kept; the call is under way, or its process died.",
    DEPOSITED: "Chorus Pro gave a receipt. That is not acceptance: its report is asked for.",
    UNKNOWN: "The call had no readable answer. It is looked up by its number and never sent again before that.",
    REJECTED: "Chorus Pro did not take it in. Nothing is there: once mended it is sent again with the same number.",
    INTEGRATED: "It is in Chorus Pro and has an identifier there; its statuses are followed.",
    FINISHED: "Paid, or refused by the buyer and dealt with: no longer asked about.",
    WITHDRAWN: "It will not be sent: credited in full before, or settled with its buyer otherwise.",
}

_BIRTHS = {
    WAITING: "Issued; its buyer requires a reference that it lacks, or its structure or service is closed. "
    "It leaves by itself when completed.",
    READY: "issued",
    HELD: "Complete, but it must not leave before staff decided: money came first, it was credited, "
    "its file is invalid, or it belongs to another environment.",
}
_TABLE: Final = StateTable(_BIRTHS, TRANSITIONS, _MEANINGS, [FINISHED, WITHDRAWN])


def may_move(submission: Submission, to: SubmissionState) -> bool:
    """Whether the table has that step."""
    return _TABLE.allows(SubmissionState(submission.state), to)


def move(submission: Submission, to: SubmissionState, *, at: datetime, actor: str = "", comment: str = "") -> None:
    """Change the state, save the row, and add the step to the timeline. The caller holds the row's lock.

    Raises NotAllowed for a step that is not in the table.
    """
    _TABLE.name(SubmissionState(submission.state), to, of=submission)
    submission.state, submission.state_at = to, at
    submission.save()
    note(submission, to, at=at, actor=actor, comment=comment)


def note(
    submission: Submission, code: str, *, at: datetime, actor: str = "", comment: str = "", source: str = Source.PORTAL
) -> None:
    """Add a step to the timeline of its document. The same source, code and moment are one step."""
    LifecycleEvent.objects.get_or_create(
        invoice_id=submission.invoice_id,
        source=source,
        code=code,
        at=at,
        defaults={"comment": comment, "actor": actor, "recorded_at": at},
    )


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    return _TABLE.diagram()


def submission_states_page() -> str:
    """docs/states/submission.md: the states in words, and the table drawn."""
    return _TABLE.page(
        "States of a submission to Chorus Pro",
        source="chorus/transitions.py",
        after="What Chorus Pro says of it once it is there is kept beside, as told: any status may follow any other.",
    )
