"""The work of the days: which debits begin today, which are needless, which are final. The database says it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import transaction

from core.clock import PARIS, local_date
from core.money import Money
from outbox.services import NewJob, enqueue_many
from payments import locks, selectors
from payments.models import TO_START, DebitKind, DebitState, EndedWhy, MethodState, PaymentStatus
from payments.services import debits
from payments.services.collecting.starting import change_method, start
from payments.services.debits import COLLECT

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from payments.gateways.base import Gateway
    from payments.models import Debit

_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Collected:
    """How the debits of a day went: by state afterwards, and how much came at once."""

    started: int
    states: dict[str, int]
    total: Money
    left: int


def ring_due(*, at: datetime) -> int:
    """From COLLECT_HOUR on (Europe/Paris), ask for each debit whose day has come, today or on a day that was missed.

    One turn each COLLECT_SECONDS, so that what could not begin is tried again; two beats ask once. Returns how many.
    """
    here = at.astimezone(PARIS)
    if here.hour < settings.COLLECT_HOUR:
        return 0
    turn = f"{here.date()}:{int(at.timestamp()) // settings.COLLECT_SECONDS}"
    due = selectors.debits_to_start(on=here.date()).values_list("pk", flat=True)
    jobs = [NewJob(COLLECT, f"{COLLECT}:{pk}:{turn}", {"debit_id": pk}) for pk in due]
    for start_at in range(0, len(jobs), _AT_ONCE):
        enqueue_many(jobs[start_at : start_at + _AT_ONCE], at=at)
    return len(jobs)


def collect(*, gateways: Callable[[str], Gateway], on: date, at: datetime) -> Collected:
    """Begin every debit due on that day, one after the other. Killed at any of them, the next run does the rest.

    Two runs at once begin nothing twice. What waits for a payment to be decided is left for the next run.
    """
    due = list(selectors.debits_to_start(on=on).values_list("pk", flat=True))
    ended = [start(pk, gateways=gateways, on=on, at=at) for pk in due]
    begun = [debit for debit in ended if debit.state not in TO_START or debit.attempts.filter(created_at=at).exists()]
    states = Counter(debit.state for debit in begun)
    total = sum(debit.collected_cents or 0 for debit in begun)
    return Collected(len(begun), dict(states), Money(total), len(ended) - len(begun))


def review(*, at: datetime) -> int:
    """Look at the debits that stand: stop what is needless, give up what nobody confirmed, close what is final.

    Returns how many changed.
    """
    today = local_date(at)
    changed = sum(_review_one(pk, at=at) for pk in selectors.debits_to_review().values_list("pk", flat=True))
    final = list(selectors.debits_to_close(on=today).values_list("pk", flat=True))
    for pk in final:
        debits.close(pk, on=today, at=at)
    return changed + len(final)


def review_customer(customer_id: int, *, at: datetime) -> int:
    """The same for one customer whose money or methods have just changed."""
    mine = selectors.debits_to_review().filter(customer=customer_id).values_list("pk", flat=True)
    return sum(_review_one(pk, at=at) for pk in mine)


@transaction.atomic
def _review_one(debit_id: int, *, at: datetime) -> bool:
    debit = locks.lock_debit(debit_id)
    before = debit.state
    if debit.kind == DebitKind.DUE and debit.state in debits.STOPPABLE and not _still_needed(debit):
        debits.stop(debit, EndedWhy.PAID, at=at)
    elif debit.state in TO_START and debit.method.state != MethodState.ACTIVE:
        change_method(debit, at=at)
        return True
    elif debit.state == DebitState.ACTION and debit.updated_at < at - timedelta(days=settings.DEBIT_ACTION_DAYS):
        last = debit.attempts.order_by("-pk").first()
        if last is not None and last.status == PaymentStatus.REFUSED:
            debits.give_up(debit, last, why=EndedWhy.NO_ANSWER, at=at)
    return debit.state != before


def _still_needed(debit: Debit) -> bool:
    """Whether anything that it was to pay is open. Money on its way may not come: that is no reason to stop it."""
    return selectors.open_until(debit.customer_id, debit.due_on) > Money(0)
