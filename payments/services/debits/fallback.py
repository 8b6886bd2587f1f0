"""What follows a refusal: another day, another method, or the end."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.conf import settings

from core.clock import local_date
from outbox.services import enqueue
from payments import locks
from payments.debit_transitions import ANNOUNCED, WAITING, move, note
from payments.gateways.base import DeclineKind
from payments.method_transitions import may_move
from payments.method_transitions import move as move_method
from payments.models import (
    CollectingRule,
    Debit,
    Failure,
    Method,
    MethodState,
    Payment,
    PaymentStatus,
    Reason,
    SavedMethod,
)
from payments.selectors.methods import why_unfit
from payments.services.debits.amounts import amount_now
from payments.services.debits.ending import give_up
from payments.services.debits.scheduling import days_for, from_day
from payments.services.debits.telling import announce, tell_refused
from payments.services.methods.removing import hand_on_default
from payments.services.methods.telling import tell as tell_method

if TYPE_CHECKING:
    from datetime import date, datetime

COLLECT: Final = "payments.collect"
_BARE: Final = frozenset({"generic_decline", "do_not_honor"})
_BARE_TRIES: Final = 2
"""A bank that says no twice without a reason is not asked a third time (reference: declines)."""
_WITHIN: Final = timedelta(days=30)


def after_refusal(debit: Debit, payment: Payment, kind: DeclineKind, *, at: datetime) -> None:
    """Decide what follows a refusal that is not the bank's question to its customer. The caller holds the lock."""
    if kind == DeclineKind.LATER:
        if (day := _next_day(debit, payment, at=at)) is not None:
            _again(debit, payment, day, at=at)
            return
    elif kind != DeclineKind.UNFIT:
        spoil(payment, kind, at=at)
    method = next_method(debit, on=local_date(at))
    if method is None:
        give_up(debit, payment, at=at)
    else:
        switch(debit, method, at=at)
        tell_refused(debit, payment, at=at)


def next_method(debit: Debit, *, on: date) -> SavedMethod | None:
    """The first usable method, the default before the others, that has not refused this debit and may be debited of it.

    The caller holds the lock.
    """
    refused = debit.attempts.filter(status=PaymentStatus.REFUSED).values("used_method")
    active = SavedMethod.objects.filter(customer=debit.customer_id, state=MethodState.ACTIVE).exclude(pk__in=refused)
    amount = amount_now(debit)
    in_order = active.order_by("-is_default", "position", "pk")
    return next((each for each in in_order if why_unfit(each, amount, on=on) is None), None)


def switch(debit: Debit, method: SavedMethod, *, at: datetime) -> None:
    """Take it from another method. A card or an account at PayPal may be debited the same day, as was announced.

    A bank account needs its own notice: the debit is announced again. The caller holds the lock.
    """
    today = local_date(at)
    debit.method = method
    if method.kind == Method.SEPA:
        announce_again(debit, at=at)
        return
    debit.collect_on = debit.start_on = max(today, debit.start_on)
    if debit.state == ANNOUNCED:
        announce_again(debit, at=at)
    else:
        move(debit, WAITING, at=at, detail=f"{method.title}, {debit.start_on}")
        ring(debit, at=at)


def announce_again(debit: Debit, *, keeps_days: bool = False, at: datetime) -> None:
    """The method or the amount is another one: the notice runs anew. The caller holds the lock and changed them.

    `keeps_days`: the days stand, because the notice runs in full before them.
    """
    if not keeps_days:
        rule = CollectingRule.objects.get(customer=debit.customer_id)
        days = days_for(debit.method, rule, due_on=debit.due_on, announced_on=local_date(at))
        debit.collect_on, debit.start_on = days.collect_on, days.start_on
    debit.announced_at = at
    told = f"{debit.announced_cents}, {debit.collect_on}, {debit.method.title}"
    if debit.state == ANNOUNCED:
        debit.updated_at = at
        debit.save()
        note(debit, "announced again", at=at, detail=told)
    else:
        move(debit, ANNOUNCED, at=at, detail=told)
    announce(debit, at=at, again=True)


def ring(debit: Debit, *, at: datetime) -> None:
    """Have a debit begun now that its day has come; the beat would begin it at its next turn."""
    if debit.start_on <= local_date(at):
        enqueue(COLLECT, {"debit_id": debit.pk}, key=f"{COLLECT}:{debit.pk}:{debit.tries}:now", at=at)


def _again(debit: Debit, payment: Payment, day: date, *, at: datetime) -> None:
    days = from_day(debit.method, day, today=local_date(at))
    debit.collect_on, debit.start_on = days.collect_on, days.start_on
    move(debit, WAITING, at=at, detail=f"{debit.failure_code}, {days.collect_on}")
    tell_refused(debit, payment, at=at)


def _next_day(debit: Debit, payment: Payment, *, at: datetime) -> date | None:
    """The next rung of the ladder, counted from the first attempt with this method; None when there is none left.

    Card schemes bound repetitions: four attempts within 30 days at most, and two where the bank gave no reason.
    """
    tried = debit.attempts.filter(used_method=payment.used_method_id, created_at__gt=at - _WITHIN).order_by("pk")
    refused = tried.filter(status=PaymentStatus.REFUSED).count()
    rungs = settings.DEBIT_LADDER_DAYS
    first = tried.first()
    if first is None or refused > len(rungs) or _is_bare(payment, refused):
        return None
    today = max(local_date(at), debit.start_on)
    return max(local_date(first.created_at) + timedelta(days=rungs[refused - 1]), today + timedelta(days=1))


def _is_bare(payment: Payment, refused: int) -> bool:
    return payment.failure == Failure.BANK and payment.failure_code in _BARE and refused >= _BARE_TRIES


def spoil(payment: Payment, kind: DeclineKind, *, at: datetime) -> None:
    """Never debit its method again: its bank forbids it, or the provider does not have it any more."""
    method = locks.lock_method(payment.used_method_id or 0)
    gone = kind == DeclineKind.GONE
    to = MethodState.REMOVED if gone else MethodState.UNUSABLE
    if method.state != MethodState.ACTIVE or not may_move(method, to):
        return
    move_method(method, to, at=at, reason=Reason.PROVIDER if gone else Reason.BANK, detail=payment.failure_code)
    hand_on_default(method.customer_id, at=at)
    if gone:
        tell_method(method, "method.removed", at=at)
