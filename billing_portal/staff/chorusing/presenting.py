"""One document as staff see it: what is wrong in words, the one field to fix, the legal path, what may be done now."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext_lazy as _

from chorus.explaining import Field, explain
from chorus.selectors.directory import is_open, requirement_for, services_of, structure_of
from chorus.services import acknowledging, acting, completing, recycling, resending
from chorus.services.deciding import RELEASED
from chorus.services.preparing import NEVER_LEFT
from chorus.services.telling import wanted
from chorus.states import ACTION_OPEN, ActionState, HeldWhy, Missing, SubmissionState
from chorus.words import words_of
from core.clock import local_date
from invoices.parties import Buyer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from django_stubs_ext import StrOrPromise

    from chorus.explaining import Explained
    from chorus.models import Structure, Submission, SupplierAction
    from chorus.requirements import Requirement
    from chorus.words import Words

_FIX: Final = {
    Missing.SIRET: "siret",
    Missing.STRUCTURE: "siret",
    Missing.SERVICE: "service_code",
    Missing.SERVICE_CLOSED: "service_code",
    Missing.ENGAGEMENT: "engagement_number",
    Missing.EITHER: "engagement_number",
}
_PATHS: Final[Mapping[str, StrOrPromise]] = {
    SubmissionState.WAITING_REFERENCES: _("Complete it: it leaves by itself, with the number that it has."),
    SubmissionState.REJECTED: _("The same number again, once corrected: nothing of it is in Chorus Pro."),
    SubmissionState.UNKNOWN: _("Nothing by hand: it is looked up there first, and never sent twice."),
    SubmissionState.READY: _("It leaves at the next turn, with the number that it has."),
    SubmissionState.SENDING: _("The call is under way. If its process died, it is looked up there first."),
    SubmissionState.DEPOSITED: _("Its report is asked for; after a day without one, ask the support of Chorus Pro."),
    SubmissionState.FINISHED: _("Nothing more to do in Chorus Pro."),
    SubmissionState.WITHDRAWN: _("It is not sent."),
    SubmissionState.INTEGRATED: _("Its statuses are followed: nothing to do."),
    "SUSPENDUE": _("The same document, completed: no new deposit, and the buyer’s days run again."),
    "A_RECYCLER": _("The same document, sent to the right address: no new deposit, no new number."),
    "REJETEE": _("Final for this number: a credit note, then a new document with a new number."),
    HeldWhy.PAID_BEFORE: _("Released, it asks for its full amount again; never sent, it is settled with its buyer."),
    HeldWhy.CREDITED_BEFORE: _("Released, both documents leave; never sent, it is settled with its buyer."),
    HeldWhy.INVALID: _("Correct what its checks found: it then leaves by itself, with its number."),
    HeldWhy.ENVIRONMENT: _("It never leaves through another environment than its own: withdraw it, or change back."),
    HeldWhy.STAFF: _("Release it when it may leave, with the number that it has."),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A document in the list."""

    submission: Any
    label: StrOrPromise
    kind: str
    why: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A document that is open. `fix` is the one field to correct, `may` what may be done now, `not_again` why not."""

    submission: Any
    words: Words
    path: StrOrPromise
    fix: str
    problems: Sequence[Explained]
    structure: Structure | None
    requirement: Requirement
    services: Sequence[tuple[str, str]]
    actions: Sequence[SupplierAction]
    not_again: StrOrPromise
    may: frozenset[str] = field(default_factory=frozenset)

    @property
    def open_action(self) -> SupplierAction | None:
        """An answer of ours that is on its way."""
        return next((action for action in self.actions if action.state in ACTION_OPEN), None)

    @property
    def last_refused(self) -> SupplierAction | None:
        """Our last answer, when it was not taken."""
        last = next(iter(self.actions), None)
        return last if last is not None and last.state == ActionState.REFUSED else None

    @property
    def is_about_siret(self) -> bool:
        return self.fix == "siret"


def row_of(submission: Any) -> Row:
    """A line of the list. No query: all was read with it."""
    words = words_of(submission.state, submission.chorus_status, submission.held_why)
    return Row(submission, words.label, words.kind, _why(submission))


def sheet_of(submission: Any, *, at: datetime) -> Sheet:
    """A document that is open. At most five queries."""
    structure = structure_of(Buyer.thawed(submission.invoice.buyer).siret)
    actions = list(submission.actions.order_by("-pk"))
    problems = explain(submission.problem) if submission.problem else []
    day = local_date(at)
    services = [service for service in services_of(structure) if is_open(service, on=day)] if structure else []
    return Sheet(
        submission=submission,
        words=words_of(submission.state, submission.chorus_status, submission.held_why),
        path=path_of(submission),
        fix=_fix(submission, problems),
        problems=problems,
        structure=structure,
        requirement=requirement_for(structure, submission.invoice.service_code, at=at),
        services=[(service.code, str(service)) for service in services],
        actions=actions,
        not_again=resending.why_not(submission),
        may=frozenset(_may(submission, actions)),
    )


def path_of(submission: Submission) -> StrOrPromise:
    """What the law and Chorus Pro leave to be done, in a sentence."""
    if submission.state == SubmissionState.HELD:
        return _PATHS[submission.held_why]
    if submission.state == SubmissionState.INTEGRATED and submission.chorus_status in _PATHS:
        return _PATHS[submission.chorus_status]
    return _PATHS[submission.state]


def _why(submission: Submission) -> str:
    match submission.state:
        case SubmissionState.WAITING_REFERENCES:
            return wanted(submission.missing)
        case SubmissionState.HELD:
            return str(HeldWhy(submission.held_why).label)
        case SubmissionState.REJECTED:
            return explain(submission.problem)[0].what
        case _:
            return submission.chorus_comment or submission.problem


def _fix(submission: Submission, problems: Sequence[Explained]) -> str:
    if submission.state == SubmissionState.WAITING_REFERENCES and submission.missing:
        return _FIX.get(Missing(submission.missing[0]), "")
    if submission.state == SubmissionState.REJECTED:
        fixable = {Field.SIRET, Field.SERVICE, Field.ENGAGEMENT, Field.MARKET}
        return next((str(each.cause.field.value) for each in problems if each.cause.field in fixable), "")
    return ""


def _may(submission: Submission, actions: Sequence[SupplierAction]) -> list[str]:
    """The verbs that are legal now. Each is checked again by itself, under its lock."""
    on_its_way = {action.kind for action in actions if action.state in ACTION_OPEN}
    answers = {"complete": completing.VERB, "recycle": recycling.VERB, "acknowledge": acknowledging.VERB}
    found = [name for name, verb in answers.items() if acting.may_ask(submission, verb) and verb.kind not in on_its_way]
    if "acknowledge" in found and not submission.invoice.is_credit_note:
        found.append("replace")
    if not resending.why_not(submission):
        found.append("resend")
    if submission.state in NEVER_LEFT:
        found += ["mend", "withdraw"]
        if submission.held_why != HeldWhy.STAFF:
            found.append("hold")
    if submission.state == SubmissionState.HELD and submission.held_why in RELEASED:
        found.append("release")
    if submission.state != SubmissionState.WITHDRAWN:
        found.append("check")
    return found
