"""Begin a debit whose day has come: make way, claim, call, record. No lock is held while a provider is called."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import transaction

from core.clock import local_date
from core.failpoints import failpoint
from payments import locks, selectors
from payments.debit_transitions import SENT, move
from payments.gateways.base import DeclineKind
from payments.models import (
    ONLINE,
    TO_START,
    CollectingRule,
    Debit,
    DebitKind,
    EndedWhy,
    MethodState,
    Payment,
    PaymentStatus,
    Purpose,
)
from payments.services import asking, debits
from payments.transitions import move as move_payment
from payments.transitions import note as note_payment

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from accounts.models import Customer
    from core.money import Money
    from payments.gateways.base import Gateway

_ROUNDS: Final = 3


@dataclass(frozen=True, slots=True)
class _Stop:
    """Why a debit is not begun: for good, or (without a reason) not now."""

    why: EndedWhy | None = None


def start(debit_id: int, *, gateways: Callable[[str], Gateway], on: date, at: datetime) -> Debit:
    """Begin a debit if its day has come, and take its money. Returns it as it is then.

    May be repeated, may race with itself, and may die between any two lines: one attempt is live per customer, and its
    key comes from its row. One that cannot begin now, because a payment is being checked, waits for the next turn.
    """
    debit = Debit.objects.select_related("customer", "method").get(pk=debit_id)
    if debit.state in TO_START and debit.start_on <= on and debit.method.provider in ONLINE:
        make_way(debit.customer, gateways=gateways, at=at)
        payment = claim(debit_id, on=on, at=at)
        failpoint("collect.claimed")
        if payment is not None:
            debits.make_attempt(payment.pk, gateway=gateways(payment.provider), at=at)
            failpoint("collect.recorded")
    return Debit.objects.select_related("customer", "method").get(pk=debit_id)


def make_way(customer: Customer, *, gateways: Callable[[str], Gateway], at: datetime) -> None:
    """Close the page on which this customer might pay what is about to be debited; what was paid on it is credited."""
    for _ in range(_ROUNDS):
        standing = selectors.in_the_way_of_a_debit(customer.pk)
        if standing is None or standing.provider not in ONLINE:
            return
        gateway = gateways(standing.provider)
        if standing.status == PaymentStatus.CREATED:
            found = asking.send(standing.pk, gateway=gateway, at=at)
        else:
            found = asking.ask(standing.pk, gateway=gateway, at=at)
        if found.status == PaymentStatus.OPEN:
            found = asking.close(found.pk, gateway=gateway, at=at)
        if found.is_live:
            return


@transaction.atomic
def claim(debit_id: int, *, on: date, at: datetime) -> Payment | None:
    """Write down the attempt that is about to be made: how much now, from which method. None when there is none.

    What makes a debit needless or impossible ends it here, under the customer's lock, and its customer is told. One
    that its method cannot be debited of is refused here without a call: the next method follows, or it fails.
    """
    debit = locks.lock_debit(debit_id)
    if debit.state not in TO_START or debit.start_on > on:
        return None
    found = _why_not(debit, on=on) or _unwanted(debit, at=at)
    amount = debits.amount_now(debit)
    if found is None and amount < debits.LEAST:
        found = _Stop(EndedWhy.SMALL if amount else EndedWhy.PAID)
    if found is not None:
        if found.why is not None:
            debits.stop(debit, found.why, at=at)
        return None
    if debit.method.state != MethodState.ACTIVE:
        change_method(debit, at=at)
        return None
    payment = begin(debit, amount, at=at)
    unfit = selectors.why_unfit(debit.method, amount, on=on)
    if unfit is None:
        return payment
    debits.refuse_attempt(payment.pk, DeclineKind.UNFIT, failure=unfit, code=unfit.lower(), at=at)
    return None


def _why_not(debit: Debit, *, on: date) -> _Stop | None:
    """What keeps a debit from being begun, whatever its amount."""
    rule = CollectingRule.objects.filter(customer=debit.customer_id).first()
    if debit.kind == DebitKind.DUE and (rule is None or not rule.is_on):
        return _Stop(EndedWhy.OFF)
    if selectors.has_open_dispute(debit.customer):
        return _Stop(EndedWhy.DISPUTED)
    if rule is not None and selectors.is_paused(rule, on=on):
        return _Stop()
    return _Stop() if selectors.in_the_way_of_a_debit(debit.customer_id) is not None else None


def _unwanted(debit: Debit, *, at: datetime) -> _Stop | None:
    """A top-up that never reached its provider is made again only if its rule would still ask for it."""
    if debit.kind != DebitKind.TOP_UP:
        return None
    rule = selectors.top_up_rule_of(debit.customer)
    wanted = rule is not None and selectors.why_no_top_up(rule, at=at, but=debit) is None
    return None if wanted else _Stop(EndedWhy.PAID)


def change_method(debit: Debit, *, at: datetime) -> None:
    """Its method went since it was announced: the next one, by its own notice, or none."""
    method = debits.next_method(debit, on=local_date(at)) if debit.kind == DebitKind.DUE else None
    if method is None:
        debits.stop(debit, EndedWhy.METHOD, at=at)
    else:
        debits.switch(debit, method, at=at)


def begin(debit: Debit, amount: Money, *, at: datetime) -> Payment:
    """Write the attempt down: from now on it is in flight. The caller holds the lock and found no reason not to."""
    payment = Payment.objects.create(
        customer=debit.customer,
        method=debit.method.kind,
        provider=debit.method.provider,
        purpose=Purpose.COLLECT,
        debit=debit,
        used_method=debit.method,
        amount_cents=amount.cents,
        due_cents=amount.cents if debit.kind == DebitKind.DUE else 0,
        language=debit.customer.language,
        page_expires_at=at,
        ask_at=at + timedelta(seconds=settings.PAYMENT_SILENCE_SECONDS),
        created_at=at,
        updated_at=at,
    )
    note_payment(payment, "asked", at=at, detail=debit.reference)
    move_payment(payment, PaymentStatus.SENT, at=at)
    debit.tries += 1
    move(debit, SENT, at=at, detail=f"{payment.reference}, {amount.cents}, {debit.method.title}")
    return payment
