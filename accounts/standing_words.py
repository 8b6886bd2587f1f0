"""What is known of a VAT number, in words for its owner and for staff."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.selectors import NumberState, standing_of
from core.formats import day_text

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Customer
    from accounts.selectors import Standing

_TAGS = {
    NumberState.VALID: "ok",
    NumberState.INVALID: "late",
    NumberState.STALE: "due",
    NumberState.SILENT: "due",
    NumberState.WAITING: "due",
}


@dataclass(frozen=True, slots=True)
class Words:
    """A standing as a page shows it; empty where there is nothing to check."""

    short: str = ""
    long: str = ""
    tag: str = ""


def number_words(customer: Customer, *, at: datetime) -> Words:
    """Where the customer's VAT number stands. ≤ 2 queries."""
    standing = standing_of(customer, at=at)
    if standing.state == NumberState.NOT_ASKED:
        return Words()
    return Words(_short(standing), _long(standing), _TAGS[standing.state])


def _short(standing: Standing) -> str:
    return {
        NumberState.VALID: _("confirmed by VIES"),
        NumberState.INVALID: _("not valid in VIES"),
        NumberState.STALE: _("to be confirmed again"),
        NumberState.SILENT: _("VIES does not answer"),
        NumberState.WAITING: _("being checked"),
    }[standing.state]


def _long(standing: Standing) -> str:
    days = {
        "day": day_text(standing.answer.checked_at) if standing.answer else "",
        "since": day_text(standing.silent_since) if standing.silent_since else "",
    }
    return {
        NumberState.VALID: _(
            "Checked: the European register (VIES) confirmed this number on %(day)s. Your invoices bear no French VAT."
        ),
        NumberState.INVALID: _(
            "The European register (VIES) said on %(day)s that this number is not valid. Correct it, or leave it "
            "empty: VAT is then charged."
        ),
        NumberState.STALE: _(
            "Confirmed on %(day)s, which is too long ago. It is being checked again in the European register (VIES)."
        ),
        NumberState.SILENT: _(
            "The European register (VIES) has not answered since %(since)s. It is asked again every hour; until it "
            "confirms this number, no invoice without VAT is issued."
        ),
        NumberState.WAITING: _(
            "Being checked in the European register (VIES). Until it confirms this number, no invoice without VAT is "
            "issued."
        ),
    }[standing.state] % days
