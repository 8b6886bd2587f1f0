"""What is written on an attestation, and how anybody checks it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from core.clock import local_date
from core.formats import day_text, moment_text, money_text
from core.money import ZERO, Money
from invoices import qr
from invoices.paper import Letterhead, Reference, identity, letterhead
from invoices.parties import Buyer, Seller
from invoices.states import AttestationKind
from ledger.services import Origin

if TYPE_CHECKING:
    from typing import Any

    from invoices.models import Attestation


@dataclass(frozen=True, slots=True)
class PaidRow:
    """One means of payment: what came, what went back, what is left of it."""

    means: str
    received: str
    given_back: str
    kept: str


@dataclass(frozen=True, slots=True)
class AttestationPaper:
    """An attestation, in words."""

    head: Letterhead
    references: list[list[Reference]]
    is_nothing_due: bool
    year: str
    until: str
    amount: str
    day: str
    moment: str
    customer: str
    number: str
    rows: list[PaidRow]
    contested: str
    revocable: str
    address: str
    shown_address: str
    code: str
    code_path: str
    code_size: int


def attestation_paper(attestation: Attestation) -> AttestationPaper:
    """The words of an attestation. No query, no clock."""
    seller, buyer = Seller.thawed(attestation.seller), Buyer.thawed(attestation.buyer)
    address = address_of(attestation)
    path, size = qr.qr_path(address)
    references = [
        Reference(_("Made on"), day_text(attestation.issue_date)),
        Reference(_("Customer"), buyer.reference.shown),
        Reference(_("Last invoice"), attestation.last_invoice or "–"),
        identity(buyer) or Reference("", ""),
    ]
    title = _("Attestation %(number)s") % {"number": attestation.number}
    is_over = attestation.year is None or attestation.year < attestation.issue_date.year
    return AttestationPaper(
        head=letterhead(title, attestation.number, seller, buyer, attestation.issued_at),
        references=[references],
        is_nothing_due=attestation.kind == AttestationKind.NOTHING_DUE,
        year=str(attestation.year or ""),
        until="" if is_over else day_text(attestation.issue_date),
        amount=money_text(Money(attestation.amount_cents)),
        day=day_text(local_date(attestation.issued_at)),
        moment=moment_text(attestation.issued_at),
        customer=buyer.name,
        number=buyer.reference.shown,
        rows=[_row(each) for each in attestation.figures],
        contested=_amount(attestation.contested_cents),
        revocable=_amount(attestation.revocable_cents),
        address=address,
        shown_address=address.removeprefix("https://"),
        code=attestation.shown_code,
        code_path=path,
        code_size=size,
    )


def address_of(attestation: Attestation) -> str:
    """Where anybody checks it: the site as it was then, and its code."""
    return attestation.site + reverse("invoices:check", args=[attestation.shown_code])


def _row(figure: dict[str, Any]) -> PaidRow:
    received = Money(figure["received_cents"])
    back = Money(figure["refunded_cents"] + figure["taken_back_cents"])
    return PaidRow(
        means=str(Origin(figure["origin"]).label),
        received=money_text(received),
        given_back=money_text(-back) if back != ZERO else "–",
        kept=money_text(received - back),
    )


def _amount(cents: int) -> str:
    return money_text(Money(cents)) if cents else ""
