"""A document in Chorus Pro as its customer sees it: its tag in lists, and the box on its page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db.models import F, Q
from django.utils.translation import gettext as _

from chorus.cdar import CDAR_CASHED
from chorus.explaining import explain
from chorus.models import LifecycleEvent, Source, Submission
from chorus.services.clocking import payment_clock
from chorus.services.completing import can_be_completed
from chorus.services.preparing import NEVER_LEFT
from chorus.services.telling import wanted
from chorus.states import Missing, SubmissionState
from chorus.words import Words, step_title, words_of
from core.clock import local_date
from core.formats import day_text, moment_text
from invoices.beside import Box, Tag

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from django.db.models import QuerySet

    from invoices.models import Invoice

_ENDED: Final = (SubmissionState.FINISHED, SubmissionState.WITHDRAWN)
_OURS_ALONE: Final = frozenset({SubmissionState.READY.value, SubmissionState.SENDING.value})
"""Steps of the portal that tell a customer nothing."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the timeline, as the page draws it. `at` says when, who, and in which code."""

    state: str
    title: str
    at: str
    note: str = ""
    number: str = ""
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and what is to be done."""

    what: str
    to_do: str


class InChorus:
    """What the list and the page of invoices show of Chorus Pro. For `invoices.beside`."""

    def columns(self) -> dict[str, Any]:
        """Our state, the status as told, and why it is held back."""
        return {
            "chorus_state": F("submission__state"),
            "chorus_status": F("submission__chorus_status"),
            "chorus_held": F("submission__held_why"),
        }

    def waits(self) -> Q:
        """The legal time of the buyer has not begun, and may still begin."""
        states = [state for state in SubmissionState if state not in _ENDED]
        return Q(submission__available_at__isnull=True, submission__state__in=states)

    def tag(self, invoice: Invoice) -> Tag | None:
        """Where it stands, in a label; none for what does not go there."""
        state = getattr(invoice, "chorus_state", None)
        if not state:
            return None
        words = words_of(state, getattr(invoice, "chorus_status", "") or "", getattr(invoice, "chorus_held", "") or "")
        return Tag(str(words.label), words.kind)

    def box(self, invoice: Invoice, at: datetime) -> Box | None:
        """Its state, what is missing, its timeline, the buyer's clock. One query; none for what does not go there."""
        if not getattr(invoice, "chorus_state", None):
            return None
        events = list(events_of(invoice.pk).select_related("invoice__submission"))
        submission: Submission = events[0].invoice.submission if events else Submission.objects.get(invoice=invoice)
        submission.invoice = invoice
        return Box("chorus/box.html", box_context(submission, events, at=at))


def events_of(invoice_id: int) -> QuerySet[LifecycleEvent]:
    """The timeline of a document, oldest first."""
    return LifecycleEvent.objects.filter(invoice=invoice_id).order_by("at", "pk")


def box_context(submission: Submission, events: Iterable[LifecycleEvent], *, at: datetime) -> dict[str, Any]:
    """What the box says of a submission with this timeline. No query."""
    words = words_of(submission.state, submission.chorus_status, submission.held_why)
    return {
        "label": words.label,
        "kind": words.kind,
        "sentence": words.for_customer,
        "comment": submission.chorus_comment,
        "missing": wanted(submission.missing) if submission.state == SubmissionState.WAITING_REFERENCES else "",
        "problems": _problems(submission),
        "may_complete": may_be_completed(submission),
        "may_answer": can_be_completed(submission),
        "must_complete": must_be_completed(submission),
        "steps": steps_of(events, words),
        "clock": _clock(submission, on=local_date(at)),
        "checked_at": submission.checked_at,
    }


def may_be_completed(submission: Submission) -> bool:
    """Whether its references may still be given by its customer."""
    return submission.state in NEVER_LEFT


def must_be_completed(submission: Submission) -> bool:
    """Whether it waits for its customer to do so."""
    if submission.state == SubmissionState.WAITING_REFERENCES:
        return Missing.SIRET not in submission.missing
    return submission.state == SubmissionState.REJECTED and any(p.is_for_customer for p in explain(submission.problem))


def steps_of(events: Iterable[LifecycleEvent], words: Words) -> list[Step]:
    """The timeline for its customer, oldest first: what the portal did for itself is left out."""
    shown = [event for event in events if not (event.source == Source.PORTAL and event.code in _OURS_ALONE)]
    return [_step(event, is_last=place == len(shown), words=words) for place, event in enumerate(shown, 1)]


def _step(event: LifecycleEvent, *, is_last: bool, words: Words) -> Step:
    state = "done"
    if is_last and words.kind != "ok":
        state = "problem" if words.kind in ("due", "late") else "now"
    code = "" if event.source == Source.PORTAL else f" · {event.code}"
    is_shown = event.source in (Source.CHORUS, Source.CUSTOMER, Source.PLATFORM) or event.cdar == CDAR_CASHED
    note = event.comment if is_shown else ""
    source = Source(event.source).label
    return Step(state, step_title(event.code), f"{moment_text(event.at)} · {source}{code}", note)


def _problems(submission: Submission) -> Sequence[Problem]:
    if submission.state != SubmissionState.REJECTED:
        return []
    told = explain(submission.problem)
    return list(dict.fromkeys(Problem(each.what, str(each.cause.for_customer)) for each in told))


def _clock(submission: Submission, *, on: date) -> str:
    """The buyer's legal time in words; empty before it begins (code de la commande publique, R. 2192-10 on)."""
    clock = payment_clock(submission, on)
    if submission.available_at is None or clock.due_on is None or submission.invoice.is_credit_note:
        return ""
    values = {"days": clock.days, "due": day_text(clock.due_on), "day": day_text(submission.available_at)}
    if submission.suspended_at is not None:
        words = _("Your %(days)s days to pay run since %(day)s, when you got it, and stand still since %(stopped)s.")
        return words % {**values, "stopped": day_text(submission.suspended_at)}
    return _("To be paid by %(due)s: your %(days)s days run since %(day)s, when you got it.") % values
