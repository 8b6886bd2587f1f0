"""All steps of a document for staff: who said what, in which word, when, with the code of the reform."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from chorus.models import LifecycleEvent, Source
from chorus.presenting import Step
from chorus.states import SubmissionState
from chorus.words import status_words, step_title, words_of
from core.formats import moment_text

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from chorus.models import Submission

_OURS: Final[dict[str, StrOrPromise]] = {
    "COMPLETE_DONE": _("Our answer reached Chorus Pro"),
    "COMPLETE_REFUSED": _("Our answer was not taken"),
    "RECYCLE_DONE": _("Sent to the right address"),
    "RECYCLE_REFUSED": _("Sending it elsewhere was not taken"),
    "ACKNOWLEDGE_DONE": _("Rejection acknowledged"),
    "ACKNOWLEDGE_REFUSED": _("The acknowledgement was not taken"),
}
_TROUBLE: Final = frozenset({"due", "late"})


def steps_for_staff(submission: Submission) -> list[Step]:
    """Every step, oldest first, ours included. One query."""
    events = list(LifecycleEvent.objects.filter(invoice=submission.invoice_id).order_by("at", "pk"))
    return [_step(event, submission if event is events[-1] else None) for event in events]


def _step(event: LifecycleEvent, last_of: Submission | None) -> Step:
    said = [moment_text(event.at), str(Source(event.source).label), event.code]
    said += [f"CDAR {event.cdar}"] if event.cdar else []
    said += [event.actor] if event.actor else []
    title = str(_OURS[event.code]) if event.code in _OURS else step_title(event.code)
    return Step(_state(event, last_of), title, " · ".join(said), event.comment)


def _state(event: LifecycleEvent, last_of: Submission | None) -> str:
    if event.code.endswith("_REFUSED"):
        return "problem"
    if last_of is not None:
        kind = words_of(last_of.state, last_of.chorus_status, last_of.held_why).kind
        return "problem" if kind in _TROUBLE else "done" if kind == "ok" else "now"
    if event.source == Source.CHORUS:
        return "problem" if status_words(event.code).kind == "late" else "done"
    return "problem" if event.code == SubmissionState.REJECTED else "done"
