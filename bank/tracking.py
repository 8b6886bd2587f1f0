"""Where announced transfers stand, in words: on their own page, on the first page, on the invoice they pay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bank import selectors
from bank.models import AnnouncedState, AnnouncedTransfer
from core.clock import local_date
from core.formats import day_text, money_text
from invoices.saying import Said
from payments.target import add_target_days

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from django.utils.functional import _StrPromise

    from accounts.models import Customer
    from bank.selectors import Delay
    from invoices.models import Invoice

_TAGS: Final[Mapping[str, str]] = {
    AnnouncedState.ANNOUNCED: "wait",
    AnnouncedState.RECEIVED: "ok",
    AnnouncedState.WITHDRAWN: "",
    AnnouncedState.EXPIRED: "due",
}
_WORDS: Final[Mapping[str, _StrPromise]] = {
    AnnouncedState.ANNOUNCED: gettext_lazy("Waited for"),
    AnnouncedState.RECEIVED: gettext_lazy("Received"),
    AnnouncedState.WITHDRAWN: gettext_lazy("Announcement taken back"),
    AnnouncedState.EXPIRED: gettext_lazy("Did not come"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the timeline."""

    title: str
    at: str
    state: str = "done"
    note: str = ""
    icon: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Tracked:
    """An announced transfer as its page shows it. `sentence` says all of it in one line."""

    announced: AnnouncedTransfer
    expected_on: date
    is_late: bool
    tag: str
    state: str
    steps: list[Step]

    @property
    def sentence(self) -> str:
        words = {
            "amount": money_text(self.announced.amount),
            "sent": day_text(self.announced.sent_on),
            "day": day_text(self.expected_on),
        }
        if self.is_late:
            return _("Transfer of %(amount)s, sent on %(sent)s: it takes longer than usual.") % words
        return _("Transfer of %(amount)s, sent on %(sent)s, expected by %(day)s.") % words


def tracked(announced: AnnouncedTransfer, delay: Delay, *, at: datetime) -> Tracked:
    """Where one stands, with the usual delay."""
    expected_on = add_target_days(announced.sent_on, delay.most)
    is_late = announced.is_open and local_date(at) > expected_on
    return Tracked(
        announced,
        expected_on,
        is_late,
        "due" if is_late else _TAGS[announced.state],
        _("Longer than usual") if is_late else str(_WORDS[announced.state]),
        _steps(announced, expected_on, is_late=is_late),
    )


def tracker(customer: Customer, delay: Delay, *, at: datetime) -> list[Tracked]:
    """Those that are waited for and those that ended lately, the newest first."""
    return [tracked(each, delay, at=at) for each in selectors.announcements_of(customer, at=at)]


def on_their_way(customer: Customer, *, at: datetime) -> list[Tracked]:
    """Those that are waited for, the first sent first. One query when there are none, else two."""
    waiting = selectors.waiting_of(customer)
    delay = selectors.usual_delay(at=at) if waiting else None
    return [tracked(each, delay, at=at) for each in waiting if delay is not None]


def said_of_invoice(invoice: Invoice, at: datetime) -> Said | None:
    """What the page of an invoice says of the transfer that is to pay it."""
    announced = selectors.announced_for(invoice)
    if announced is None:
        return None
    found = tracked(announced, selectors.usual_delay(at=at), at=at)
    until = {"day": day_text(announced.waits_until)}
    body = _("No reminder is sent until %(day)s.") % until if announced.holds else ""
    return Said(found.sentence, body, reverse("bank:transfer"), _("Follow it"))


def _steps(announced: AnnouncedTransfer, expected_on: date, *, is_late: bool) -> list[Step]:
    said = Step(_("You announced it"), day_text(announced.announced_at), icon="check")
    sent = Step(_("Sent, as you say"), day_text(announced.sent_on), icon="check")
    return [said, sent, _last(announced, expected_on, is_late=is_late)]


def _last(announced: AnnouncedTransfer, expected_on: date, *, is_late: bool) -> Step:
    """What became of it, or what comes next."""
    if announced.state == AnnouncedState.RECEIVED and announced.line is not None:
        differs = announced.received is not None and announced.received != announced.amount
        note = _("%(amount)s came.") % {"amount": money_text(announced.received)} if differs else ""  # type: ignore[arg-type]
        return Step(_("Received and credited"), day_text(announced.line.booked_on), icon="check", note=note)
    if announced.state == AnnouncedState.EXPIRED:
        note = _("If it left your account, write to us. If it did not, send it again or pay by card.")
        return Step(_("It did not come"), _("waited for until %(day)s") % _until(announced), "problem", note, "cross")
    if announced.state == AnnouncedState.WITHDRAWN:
        return Step(_("You took the announcement back"), day_text(announced.updated_at), icon="cross")
    note = _("It takes longer than usual; we wait for it until %(day)s.") % _until(announced) if is_late else ""
    return Step(_("With us"), _("expected by %(day)s") % {"day": day_text(expected_on)}, "now", note, "clock")


def _until(announced: AnnouncedTransfer) -> dict[str, str]:
    return {"day": day_text(announced.waits_until)}
