"""The words of the pack on paper, in the language that is active; its template only lays out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from core.clock import PARIS
from core.formats import day_text, moment_text, money_text
from core.money import Money

if TYPE_CHECKING:
    from payments.models import Dispute

Row = tuple[str, str]


@dataclass(frozen=True, slots=True)
class PackDocument:
    """An invoice that the payment paid: what it is, what was sold, which file it is."""

    title: str
    services: list[Row]
    files: str


@dataclass(frozen=True, slots=True)
class PackMail:
    """A mail as it was sent."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class PackPaper:
    """The pack, in words."""

    language: str
    title: str
    created: str
    author: str
    answer: str
    facts: list[Row]
    payment: list[Row]
    customer: list[Row]
    documents: list[PackDocument]
    sign_ins: list[Row]
    mails: list[PackMail]


def pack_paper(told: dict[str, Any], dispute: Dispute, *, at: datetime) -> PackPaper:
    """What `pack_of` tells, as people of a bank read it."""
    title = _("Evidence about the payment %(reference)s") % {"reference": dispute.payment.reference}
    return PackPaper(
        language=dispute.customer.language,
        title=title,
        created=at.astimezone(PARIS).isoformat(timespec="seconds"),
        author=told["seller"]["name"],
        answer=told["answer"],
        facts=_kept(
            (_("Case"), told["dispute"]["id"]),
            (_("Reason"), dispute.get_cause_display()),
            (_("Amount in question"), money_text(dispute.amount)),
            (_("Opened on"), _moment(told["dispute"]["opened_at"])),
            (_("Seller"), f"{told['seller']['name']}, SIREN {told['seller']['siren']}"),
            (_("Terms"), told["seller"]["website"]),
        ),
        payment=_payment(told["payment"], dispute),
        customer=_kept(
            (_("Customer"), f"{told['customer']['name']} ({told['customer']['number']})"),
            (_("Address"), "\n".join(told["customer"]["address"])),
            (_("E-mail"), ", ".join(told["customer"]["emails"])),
            (_("Customer since"), _moment(told["customer"]["since"])),
        ),
        documents=[_document(each) for each in told["documents"]],
        sign_ins=[
            (_moment(each["at"]), " · ".join(filter(None, [each["email"], each["address"], each["agent"]])))
            for each in told["sign_ins"]
        ],
        mails=[
            PackMail(f"{_moment(each['sent_at'])} · {each['subject']} → {', '.join(each['to'])}", each["text"])
            for each in told["mails"]
        ],
    )


def _payment(told: dict[str, Any], dispute: Dispute) -> list[Row]:
    consent = told.get("saved_with_consent")
    return _kept(
        (_("Payment"), told["reference"]),
        (_("Amount"), money_text(Money(told["amount_cents"]))),
        (_("By"), told["instrument"] or dispute.payment.get_method_display()),
        (_("Asked for"), " · ".join(filter(None, [_moment(told["asked_at"]), told["asked_by"]]))),
        (_("Asked for from"), " · ".join(filter(None, [told["asked_from"], told["asked_with"]]))),
        (_("Paid"), _moment(told["paid_at"])),
        (_("3-D Secure"), told["three_d_secure"]),
        (_("At the provider"), ", ".join(told["provider_ids"])),
        (
            _("Means of payment saved"),
            " · ".join(filter(None, [_moment(consent["at"]), consent["address"], consent["agent"]])) if consent else "",
        ),
    )


def _document(told: dict[str, Any]) -> PackDocument:
    values = {
        "number": told["number"],
        "day": _day(told["issued_on"]),
        "total": money_text(Money(told["total_cents"])),
        "paid": money_text(Money(told["paid_cents"])),
    }
    return PackDocument(
        title=_("Invoice %(number)s of %(day)s, %(total)s, of which this payment paid %(paid)s") % values,
        services=[(each["label"], _period(each["from"], each["until"])) for each in told["services"]],
        files="\n".join(f"SHA-256 {each['sha256']}" for each in told["files"]),
    )


def _period(start: str, end: str) -> str:
    if not (start and end):
        return ""
    return _("%(start)s to %(end)s") % {"start": _day(start), "end": _day(end)}


def _kept(*rows: Row) -> list[Row]:
    return [row for row in rows if row[1]]


def _moment(written: str) -> str:
    return moment_text(datetime.fromisoformat(written)) if written else ""


def _day(written: str) -> str:
    return day_text(date.fromisoformat(written), short=True) if written else ""
