"""A_RECYCLER: the same document to the right structure, service or engagement. No new deposit, no new number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext_lazy as _
from stdnum.fr import siret as siret_rules

from chorus import requirements
from chorus.gateways.base import Addressed
from chorus.selectors.directory import requirement_for, structure_of
from chorus.services import acting
from chorus.services.completing import LONGEST_COMMENT, BadAnswer
from chorus.services.linking import ASTRAY
from chorus.states import ActionKind, Missing
from invoices.models import ROUTING_LENGTHS
from invoices.parties import Buyer
from invoices.services.referencing import BadReferences, read_reference, set_references

if TYPE_CHECKING:
    from datetime import datetime

    from chorus.gateways.base import Transport
    from chorus.models import Submission, SupplierAction
    from invoices.models import Invoice

_SIREN: Final = slice(0, 9)
_FIELDS: Final = {
    Missing.SIRET: "siret",
    Missing.STRUCTURE: "siret",
    Missing.SERVICE: "service_code",
    Missing.SERVICE_CLOSED: "service_code",
    Missing.ENGAGEMENT: "engagement_number",
    Missing.EITHER: "engagement_number",
}


def ask_to_recycle(
    submission: Submission, to: Addressed, *, comment: str, key: str, by: acting.Asker, at: datetime
) -> SupplierAction:
    """Have a document that went astray sent to that address. Raises BadAnswer, CannotDecide.

    The address is another than the one it went to, of the same body (its SIREN), and lacks nothing that the directory
    requires there.
    """
    to = read_address(submission.invoice, to, at=at)
    if len(comment.strip()) > LONGEST_COMMENT:
        raise BadAnswer("comment", _("Write %(most)s characters at most.") % {"most": LONGEST_COMMENT})
    payload = {
        "siret": to.siret,
        "service_code": to.service_code,
        "engagement_number": to.engagement_number,
        "market_number": to.market_number,
        "comment": comment.strip(),
    }
    return acting.ask(submission.pk, VERB, payload, key=key, by=by, at=at)


def address_of(submission: Submission) -> Addressed:
    """Where it was sent last: by its last recycling that was done, or else as issued."""
    invoice = submission.invoice
    last = submission.actions.filter(kind=ActionKind.RECYCLE, state="DONE").order_by("-pk").first()
    siret = last.payload["siret"] if last else Buyer.thawed(invoice.buyer).siret
    return Addressed(siret, invoice.service_code, invoice.engagement_number, invoice.market_number)


def read_address(invoice: Invoice, to: Addressed, *, at: datetime) -> Addressed:
    """The address as it is sent. Raises BadAnswer with the one field to correct."""
    siret = siret_rules.compact(to.siret)
    ours = Buyer.thawed(invoice.buyer).siret
    if not (siret.isascii() and siret.isdigit() and len(siret) == 14):  # noqa: PLR2004 - a SIRET
        raise BadAnswer("siret", _("A SIRET has 14 digits."))
    if siret[_SIREN] != ours[_SIREN]:
        raise BadAnswer("siret", _("This SIRET is of another body: credit the document, and issue one to that body."))
    try:
        read = {name: read_reference(name, getattr(to, name)) for name in ROUTING_LENGTHS}
    except BadReferences as error:
        raise BadAnswer(error.field, error.message) from error
    structure = structure_of(siret)
    if structure is not None:
        requirement = requirement_for(structure, read["service_code"], at=at)
        lacks = requirements.missing_of(requirement, structure, read["service_code"], read["engagement_number"])
        if lacks:
            raise BadAnswer(_FIELDS[lacks[0]], _("That address lacks: %(what)s.") % {"what": lacks[0].label})
    return Addressed(siret, **read)


def _prepare(_action: SupplierAction, _transport: Transport) -> None:
    """Nothing goes before it."""


def _call(action: SupplierAction, transport: Transport, _prepared: Any) -> None:
    told = action.payload
    to = Addressed(told["siret"], told["service_code"], told["engagement_number"], told["market_number"])
    transport.recycle(int(action.submission.chorus_id or 0), to, comment=told["comment"])


def _after(action: SupplierAction, submission: Submission, at: datetime) -> None:
    """Our document bears the references that its buyer has now."""
    told = action.payload
    set_references(
        submission.invoice,
        service_code=told["service_code"],
        engagement_number=told["engagement_number"],
        market_number=told["market_number"],
        at=at,
        actor=action.asked_by,
    )


VERB: Final = acting.Verb(
    kind=ActionKind.RECYCLE,
    answers=ASTRAY,
    brings="EN_COURS_ACHEMINEMENT",
    prepare=_prepare,
    call=_call,
    after=_after,
)
