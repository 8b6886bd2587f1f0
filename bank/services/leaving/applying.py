"""Book the lines about which there is no doubt. Called after an import, and by the sweeper for what a crash left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction

from bank.locks import lock_work
from bank.models import BankLine
from bank.services.leaving import executing, internal, payouts, recalling
from bank.words import WAITING, LineKind, LineState
from core.clock import local_date
from core.failpoints import failpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from bank.models import BankAccount

_MOST: Final = 50_000
_RULES: Final[tuple[Callable[..., bool], ...]] = (
    executing.apply_own_transfer,
    executing.apply_own_return,
    payouts.apply_payout,
    internal.apply_internal,
    recalling.apply_recall,
)
"""In this order; the first that is certain books the line."""


def apply_leaving(*, at: datetime, statements: Iterable[int] | None = None) -> int:
    """Book every line that is certain and is not decided yet. Returns how many were. Twice is once."""
    waiting = BankLine.objects.filter(work__state__in=[LineState.NEW, *WAITING], booked_on__lte=local_date(at))
    if statements is not None:
        waiting = waiting.filter(statement__in=list(statements))
    ours = internal.own_accounts()
    concerned = [
        line.pk
        for line in waiting.select_related("party_account").defer("raw").order_by("booked_on", "pk")[:_MOST]
        if _may_concern(line, ours)
    ]
    return sum(apply_leaving_line(pk, at=at) for pk in concerned)


@transaction.atomic
def apply_leaving_line(line_id: int, *, at: datetime) -> bool:
    """Book a line when one rule is certain about it. False when none is: the line waits as it did."""
    work = lock_work(line_id)
    if work.state not in {LineState.NEW, *WAITING} or work.line.booked_on > local_date(at):
        return False
    booked = any(rule(work, at=at) for rule in _RULES)
    failpoint("bank.left_before_commit")
    return booked


def _may_concern(line: BankLine, ours: Mapping[str, BankAccount]) -> bool:
    """Whether it is worth a transaction: money out, and what comes in under a name of ours or a provider's."""
    if line.amount_cents < 0:
        return line.kind != LineKind.FEE
    return bool(executing.order_named(line) or payouts.provider_named(line) or internal.own_account_of(line, ours))
