"""The months of the books: which are locked, and what an open one still waits for before it may be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing_portal import heartbeats
from core.clock import local_date, start_of
from ledger import selectors as ledger
from payments.models import LIVE, Payment

if TYPE_CHECKING:
    from datetime import datetime

_CAUGHT_UP = "payments-catch-up"
_SHOWN = 18


@dataclass(frozen=True, slots=True)
class Month:
    """One month: its first day, whether it is locked, and what it waits for."""

    first: date
    locked: bool
    waits_for: tuple[str, ...]

    @property
    def text(self) -> str:
        """As the address and the command write it."""
        return f"{self.first:%Y-%m}"


def months(*, at: datetime) -> list[Month]:
    """Every month that is over, from the first posting on, newest first; the last 18."""
    first = ledger.first_recorded_on()
    if first is None:
        return []
    locked = ledger.locked_months()
    found: list[Month] = []
    day = _month_before(local_date(at))
    while day >= first.replace(day=1) and len(found) < _SHOWN:
        found.append(Month(day, day in locked, () if day in locked else missing_in(day)))
        day = _month_before(day)
    return found


def missing_in(month: date) -> tuple[str, ...]:
    """What must come in before the month may be locked: reports of providers, payments nobody has decided."""
    end = start_of((month + timedelta(days=32)).replace(day=1))
    said = []
    caught_up = heartbeats.last(_CAUGHT_UP)
    if caught_up is None or caught_up.beat_at < end:
        said.append(_("The providers have not been asked for their news since the end of the month."))
    undecided = Payment.objects.filter(status__in=LIVE, created_at__lt=end).count()
    if undecided:
        said.append(
            ngettext(
                "{count} payment of this month or before is not decided.",
                "{count} payments of this month or before are not decided.",
                undecided,
            ).format(count=undecided)
        )
    without_fee = Payment.objects.filter(tx__isnull=False, fee_cents__isnull=True, decided_at__lt=end).count()
    if without_fee:
        said.append(
            ngettext(
                "The provider has not said its fee of {count} payment.",
                "The provider has not said its fees of {count} payments.",
                without_fee,
            ).format(count=without_fee)
        )
    return tuple(said)


def _month_before(day: date) -> date:
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)
