"""What is written on a mandate: the form of the scheme, the signature and its proof, or the room to sign by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from core.clock import PARIS
from core.formats import day_text, in_fours, moment_text
from invoices.paper import Letterhead, Reference, letterhead
from payments.models import SignedHow

if TYPE_CHECKING:
    from datetime import datetime

    from invoices.parties import Buyer, Seller
    from payments.models import Mandate

_HALF = 32


@dataclass(frozen=True, slots=True)
class MandatePaper:
    """A mandate, in words. The whole account number stands here and nowhere else."""

    head: Letterhead
    reference: str
    is_signed: bool
    by_hand: bool
    is_b2b: bool
    signed: str
    references: list[list[Reference]]
    legal: list[str]
    debtor: str
    iban: str
    bank: str
    creditor: str
    signatory: str
    signature: str
    proof: list[Reference]
    rights: str


def mandate_paper(mandate: Mandate, legal: str, seller: Seller, buyer: Buyer, *, at: datetime) -> MandatePaper:
    """The words of a mandate, in the language that is active. `legal` is the text that is, or will be, agreed to."""
    title = _("SEPA business-to-business direct debit mandate") if mandate.is_b2b else _("SEPA direct debit mandate")
    by_hand = mandate.signed_how == SignedHow.PAPER or not mandate.is_signed
    head = letterhead(f"{title} {mandate.reference}", mandate.reference, seller, buyer, at)
    return MandatePaper(
        head=replace(head, language=mandate.language),
        reference=mandate.reference,
        is_signed=mandate.is_signed,
        by_hand=by_hand,
        is_b2b=mandate.is_b2b,
        signed=day_text(mandate.signed_on) if mandate.signed_on else "",
        references=[_references(mandate, buyer)],
        legal=legal.split("\n\n"),
        debtor=_party(mandate.debtor_name, mandate.debtor_address),
        iban=in_fours(mandate.iban or ""),
        bank=", ".join(filter(None, [mandate.bic, mandate.bank_name])),
        creditor=_party(mandate.creditor_name, mandate.creditor_address),
        signatory=_signatory(mandate),
        signature=_signature(mandate),
        proof=[] if by_hand else _proof(mandate),
        rights=_rights(),
    )


def _references(mandate: Mandate, buyer: Buyer) -> list[Reference]:
    made = ", ".join(filter(None, [mandate.signed_at_place, day_text(mandate.signed_on) if mandate.signed_on else ""]))
    return [
        Reference(_("SEPA creditor identifier (ICS)"), mandate.ics),
        Reference(_("Type of payment"), _("Recurrent")),
        Reference(_("Customer"), buyer.reference.shown),
        Reference(_("Signed at, on"), made) if made else Reference("", ""),
    ]


def _party(name: str, address: str) -> str:
    return f"{name}\n{', '.join(address.splitlines())}"


def _signatory(mandate: Mandate) -> str:
    """Who signed: the account's user online; on paper the holder, whose hand signed."""
    if mandate.signed_how == SignedHow.ONLINE and mandate.actor is not None:
        return mandate.actor.get_full_name() or mandate.actor.email
    return mandate.debtor_name


def _signature(mandate: Mandate) -> str:
    if mandate.signed_how == SignedHow.ONLINE and mandate.consent_at is not None:
        words = _("Signed electronically on %(moment)s (Paris time)")
        return words % {"moment": moment_text(mandate.consent_at)}
    if mandate.is_signed:
        return _("Signed by hand; the original form is kept by the creditor")
    return ""


def _proof(mandate: Mandate) -> list[Reference]:
    """What shows that this person agreed to these words, then."""
    if mandate.consent_at is None:
        return []
    actor = mandate.actor.email if mandate.actor else "–"
    digest = mandate.consent_sha256
    return [
        Reference(_("Signed by"), actor),
        Reference(_("Authentication"), _("Signed in to the portal, identity proved again just before")),
        Reference(_("Moment"), mandate.consent_at.astimezone(PARIS).isoformat(timespec="seconds")),
        Reference(_("IP address"), mandate.consent_address or "–"),
        Reference(_("Browser"), mandate.consent_agent or "–"),
        Reference(_("Hash of what was signed"), f"SHA-256 {digest[:_HALF]}\n{digest[_HALF:]}"),
    ]


def _rights() -> str:
    page = settings.SITE_URL.removeprefix("https://").removeprefix("http://") + reverse("payments:methods")
    words = _(
        "Your rights regarding this mandate are explained in a statement that you can obtain from your bank. You may "
        "revoke it at any time at %(page)s."
    )
    return words % {"page": page}
