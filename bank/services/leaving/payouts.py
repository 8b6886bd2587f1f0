"""Payouts of providers on our statement: the money that waits on 580000 meets its line, once."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bank.models import BankLine, LinePayout
from bank.services.leaving.booking import TRANSIT, book_on
from core.clock import at_noon
from payments.locks import lock_payout
from payments.models import ONLINE, Payout, PayoutStatus

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from accounts.models import User
    from bank.models import LineWork

_BEFORE: Final = timedelta(days=1)
_AFTER: Final = timedelta(days=10)
"""A payout is on our account some days after it began: longer over Easter or the end of a year."""
_BACK: Final = (PayoutStatus.FAILED, PayoutStatus.CANCELLED)
_NAMES: Final = {provider: re.compile(rf"\b{provider.label}\b", re.IGNORECASE) for provider in ONLINE}


def provider_named(line: BankLine) -> str:
    """The provider that a line names; nothing when it names none, or both."""
    said = f"{line.party_name} {line.party_ultimate} {line.text}"
    found = [str(provider) for provider, name in _NAMES.items() if name.search(said)]
    return found[0] if len(found) == 1 else ""


def payouts_like(line: BankLine) -> QuerySet[Payout]:
    """The payouts that a line may be: the same amount, about then, met by no line yet."""
    around = (at_noon(line.booked_on) - _AFTER, at_noon(line.booked_on) + _BEFORE)
    rows = Payout.objects.filter(amount_cents=line.amount_cents, currency="EUR", begun_at__range=around)
    return rows.exclude(status__in=_BACK).filter(bank_line=None).order_by("begun_at", "pk")


def apply_payout(work: LineWork, *, at: datetime) -> bool:
    """The only payout of that amount, of the provider that the line names or by its own reference."""
    found = list(payouts_like(work.line)[:3])
    said = f"{work.line.end_to_end} {work.line.text} {work.line.bank_reference}"
    by_reference = [payout for payout in found if payout.object_id and payout.object_id in said]
    named = provider_named(work.line)
    certain = by_reference or [payout for payout in found if payout.provider == named]
    if len(certain) != 1:
        return False
    return meet_payout(work, certain[0].pk, by=None, at=at)


def meet_payout(work: LineWork, payout_id: int, *, by: User | None, at: datetime) -> bool:
    """Book a line as a payout: D 512000 / C 580000. False when another line was it meanwhile, or it came back."""
    payout = lock_payout(payout_id)
    if payout.status in _BACK or payout.amount_cents != work.line.amount_cents:
        return False
    if LinePayout.objects.filter(payout=payout).exists():
        return False
    LinePayout.objects.create(line=work.line, payout=payout, at=at)
    book_on(work, TRANSIT, reason=f"{payout.get_provider_display()} {payout.object_id}", by=by, at=at)
    return True
