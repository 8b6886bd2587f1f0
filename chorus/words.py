"""What states and statuses mean for people: what it is, what to do, and who acts.

The labels are those that Chorus Pro shows (AIFE, statuts d'une demande de paiement). A word that is not in the table is
shown as told, in plain letters, and concluded from by nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from chorus.states import ActionKind, ActionState, HeldWhy, SubmissionState

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Words:
    """A label, the kind of its tag (ok, due, wait, late), and a sentence for each side: what it means, who acts."""

    label: StrOrPromise
    kind: str
    for_customer: StrOrPromise
    for_staff: StrOrPromise


_NOTHING = _("Your services are dealing with it: there is nothing to do here.")
_FOLLOWED = _("Informative: the next status is asked for by itself.")
_CIRCUIT = _("A status of joint or sub-contracting, which our documents do not take. Look at the document there.")

STATUSES: Final[dict[str, Words]] = {
    "DEPOSEE": Words(
        _("Deposited there"), "wait", _("Chorus Pro has it and brings it to your services by itself."), _FOLLOWED
    ),
    "EN_COURS_ACHEMINEMENT": Words(
        _("On its way to the buyer"),
        "wait",
        _("Chorus Pro has it and brings it to your services by itself."),
        _FOLLOWED,
    ),
    "MISE_A_DISPOSITION": Words(
        _("Made available to the buyer"),
        "wait",
        _("Your services have it since then: their time to pay runs. The next step is theirs."),
        _("The buyer's legal time to pay runs from the first of these."),
    ),
    "PRISE_EN_COMPTE_DESTINATAIRE": Words(_("Taken in hand"), "wait", _NOTHING, _FOLLOWED),
    "SERVICE_FAIT": Words(
        _("Service done"), "wait", _("Your services confirmed that the service was rendered."), _FOLLOWED
    ),
    "MANDATEE": Words(
        _("Payment ordered"), "wait", _("Your services ordered the payment: your public accountant pays it."), _FOLLOWED
    ),
    "MISE_A_DISPOSITION_COMPTABLE": Words(_("With the public accountant"), "wait", _NOTHING, _FOLLOWED),
    "COMPTABILISEE": Words(_("Booked by the public accountant"), "wait", _NOTHING, _FOLLOWED),
    "MISE_EN_PAIEMENT": Words(
        _("Put in payment"),
        "ok",
        _("The transfer is on its way. The invoice is settled here when the money has arrived."),
        _("Not money: only the bank line settles the invoice."),
    ),
    "SUSPENDUE": Words(
        _("Suspended"),
        "due",
        _("Something is missing for your services, and their time to pay stands still. Answer with what they ask for."),
        _("Complete it with the customer's answer; the buyer's clock is stopped until then."),
    ),
    "COMPLETEE": Words(
        _("Completed, available again"),
        "wait",
        _("Your services have the answer: their time to pay runs again."),
        _("Back with the buyer: nothing to do."),
    ),
    "A_RECYCLER": Words(
        _("To be sent elsewhere"),
        "due",
        _("It is not for the services that got it. Give the right service or engagement number: it then goes there."),
        _("Recycle it with the right structure, service or engagement number: same document, no new deposit."),
    ),
    "REJETEE": Words(
        _("Refused by the authorising officer"),
        "late",
        _("Final for this number. We take it back by a credit note, and issue a corrected one. Pay nothing on it."),
        _("Final: credit note, then a new invoice with a new number; acknowledge the rejection."),
    ),
    "ABANDONNEE": Words(_("Abandoned"), "", _("It was given up in Chorus Pro. We look at it."), _("Look at it there.")),
    "SUPPRIMEE": Words(_("Deleted"), "", _("It was deleted in Chorus Pro. We look at it."), _("Look at it there.")),
    "A_COMPLETER": Words(
        _("To be completed"),
        "due",
        _("Something is missing for your services. Answer with what they ask for."),
        _("Complete it with the customer's answer."),
    ),
    "BROUILLON": Words(
        _("Draft there"), "wait", _("It is not with your services yet. We look at it."), _("Look at it there.")
    ),
    **{
        code: Words(label, "wait", _NOTHING, _CIRCUIT)
        for code, label in (
            ("A_VALIDER_1", _("To be validated (1)")),
            ("VALIDEE_1", _("Validated (1)")),
            ("REFUSEE_1", _("Refused by the validator (1)")),
            ("A_VALIDER_2", _("To be validated (2)")),
            ("VALIDEE_2", _("Validated (2)")),
            ("REFUSEE_2", _("Refused by the validator (2)")),
        )
    },
}

STATES: Final[dict[str, Words]] = {
    SubmissionState.WAITING_REFERENCES: Words(
        _("Reference missing"),
        "due",
        _("Your administration requires something that this document lacks. Complete it: it leaves by itself."),
        _("The customer completes it on its page; it leaves by itself then."),
    ),
    SubmissionState.HELD: Words(
        _("Held back"),
        "wait",
        _("We look at it before it is sent to Chorus Pro. There is nothing to do here."),
        _("Decide: release it, or give it up."),
    ),
    SubmissionState.READY: Words(
        _("To be sent"),
        "wait",
        _("Nothing is missing: it leaves for Chorus Pro by itself within minutes."),
        _("Leaves at the next turn."),
    ),
    SubmissionState.SENDING: Words(
        _("Being sent"),
        "wait",
        _("It is being handed to Chorus Pro."),
        _("The call is under way, or its process died."),
    ),
    SubmissionState.DEPOSITED: Words(
        _("Deposited"),
        "wait",
        _("Chorus Pro received the file and checks it. That is not acceptance yet; we ask for the outcome."),
        _("Its report is asked for by the ladder."),
    ),
    SubmissionState.UNKNOWN: Words(
        _("Being checked"),
        "wait",
        _("Chorus Pro did not answer clearly. We look it up there before anything else: it is never sent twice."),
        _("Looked up by its number; sent again only when it is nowhere after an hour."),
    ),
    SubmissionState.REJECTED: Words(
        _("Refused on entry"),
        "due",
        _("Chorus Pro did not take it in, so your services do not have it. Once corrected it goes again, same number."),
        _("Correct what the report says; the same number is sent again."),
    ),
    SubmissionState.INTEGRATED: Words(
        _("In Chorus Pro"), "wait", _("Your services find it in Chorus Pro."), _("Its statuses are followed.")
    ),
    SubmissionState.FINISHED: Words(
        _("Finished"), "ok", _("Nothing more happens in Chorus Pro."), _("No longer asked about.")
    ),
    SubmissionState.WITHDRAWN: Words(
        _("Not sent"), "", _("It does not go to Chorus Pro: it was cancelled or settled before."), _("Nothing to do.")
    ),
}

_HELD: Final[dict[str, StrOrPromise]] = {
    HeldWhy.PAID_BEFORE: _("Money came before it was sent. We make sure that it is not paid twice, then decide."),
    HeldWhy.CREDITED_BEFORE: _("A credit note came before it was sent. We look at what is left of it."),
}


_CASHED: Final[dict[str, StrOrPromise]] = {
    "ENCAISSEE": _("Money received for it"),
    "ENCAISSEMENT_ANNULE": _("Money taken back from it"),
}


def status_words(code: str) -> Words:
    """What a status of Chorus Pro means; one that we do not know is shown as told, in plain letters."""
    known = STATUSES.get(code)
    if known:
        return known
    return Words(
        code.replace("_", " ").capitalize(),
        "wait",
        _("Chorus Pro says so; this word is new to us. We look at it: there is nothing to do here."),
        _("An unknown status: look at the document in Chorus Pro."),
    )


def state_words(state: str, held_why: str = "") -> Words:
    """What one of our states means; of what is held back, why it is."""
    words = STATES[state]
    reason = _HELD.get(held_why)
    return Words(words.label, words.kind, reason, words.for_staff) if reason else words


def words_of(state: str, chorus_status: str, held_why: str = "") -> Words:
    """Where a document stands in one label: the status in Chorus Pro once it is there, ours before."""
    if state == SubmissionState.INTEGRATED and chorus_status:
        return status_words(chorus_status)
    if state == SubmissionState.FINISHED and chorus_status:
        words = status_words(chorus_status)
        return Words(words.label, words.kind, words.for_customer, STATES[state].for_staff)
    return state_words(state, held_why)


def step_title(code: str) -> str:
    """The title of a step of the timeline, whoever said it."""
    if code in STATES:
        return str(STATES[code].label)
    if code in _CASHED:
        return str(_CASHED[code])
    if code == "REFERENCES":
        return _now("References given")
    kind, _bar, state = code.partition("_")
    if kind in ActionKind.values and state in ActionState.values:
        return f"{ActionKind(kind).label} ({str(ActionState(state).label).lower()})"
    return str(status_words(code).label) if code else _now("Unknown step")
