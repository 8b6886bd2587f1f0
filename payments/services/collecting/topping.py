"""Automatic top-ups: less is available than a customer wants, so what he agreed to is credited. It has bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction

from core.clock import local_date
from core.failpoints import failpoint
from core.money import Money
from ledger import selectors as books
from ledger import services as ledger
from outbox.services import NewJob, enqueue_many
from payments import selectors
from payments.debit_transitions import note
from payments.models import Debit, DebitKind, TopUpRule
from payments.services import debits
from payments.services.collecting.planning import plan_customer
from payments.services.collecting.starting import begin

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from payments.gateways.base import Gateway
    from payments.models import Payment

TOP_UP: Final = "payments.auto_top_up"
TURN_SECONDS: Final = 300
_AT_ONCE: Final = 500


def ring_top_ups(*, at: datetime) -> int:
    """Ask for a look at each rule whose account has fallen below. One turn, whoever rings. Returns how many."""
    turn = int(at.timestamp()) // TURN_SECONDS
    rung = 0
    after = 0
    while rules := list(selectors.rules_that_ask().filter(customer__gt=after)[:_AT_ONCE]):
        after = rules[-1].customer_id
        balances = books.balances_of([rule.customer_id for rule in rules])
        low = [each for each in rules if balances[each.customer_id].available.cents < each.below_cents]
        waiting = {each.customer_id for each in low if each.not_before is not None and at < each.not_before}
        jobs = [top_up_job(each.customer_id, str(turn)) for each in low if each.customer_id not in waiting]
        enqueue_many(jobs, at=at)
        rung += len(jobs)
    return rung


def ring_top_up(customer_id: int, why: str, *, at: datetime) -> None:
    """Have the rule of one customer looked at now, once a reason; the beat would at its next turn."""
    if selectors.rules_that_ask().filter(customer=customer_id).exists():
        enqueue_many([top_up_job(customer_id, why)], at=at)


def top_up(customer_id: int, *, gateways: Callable[[str], Gateway], at: datetime) -> Debit | None:
    """Credit what the rule of a customer asks for now, from a card or a PayPal account. None when it asks for nothing.

    The rule is the announcement: nobody is told before, and a mail tells of it after. May be repeated, may race with
    itself and with debits of what is due, and may die between any two lines: one is in flight per customer, by rules of
    the database, and what was claimed is asked about like any attempt.
    """
    payment = _claim(customer_id, at=at)
    failpoint("auto_top_up.claimed")
    if payment is None:
        return None
    debits.make_attempt(payment.pk, gateway=gateways(payment.provider), at=at)
    return Debit.objects.select_related("customer", "method").get(pk=payment.debit_id or 0)


@transaction.atomic
def _claim(customer_id: int, *, at: datetime) -> Payment | None:
    """Decide under the customer's lock, and write the attempt down before it is made.

    What is due and collected by itself is announced first, so that a credit never pays what a debit is to collect.
    """
    ledger.lock_customers([customer_id])
    plan_customer(customer_id, at=at)
    rule = TopUpRule.objects.select_related("customer").filter(customer=customer_id).first()
    if rule is None or selectors.why_no_top_up(rule, at=at) is not None:
        return None
    today = local_date(at)
    method = selectors.method_for_top_up(rule.customer, on=today)
    if method is None:
        return None
    debit = Debit.objects.create(
        customer=rule.customer,
        kind=DebitKind.TOP_UP,
        method=method,
        announced_cents=rule.amount_cents,
        due_on=today,
        collect_on=today,
        start_on=today,
        announced_at=rule.consent_at,
        created_at=at,
        updated_at=at,
    )
    note(debit, "asked by the rule", at=at, detail=f"below {rule.below_cents}, {method.title}")
    return begin(debit, Money(rule.amount_cents), at=at)


def top_up_job(customer_id: int, why: str) -> NewJob:
    """A look at the rule of one customer, once a reason."""
    return NewJob(TOP_UP, f"{TOP_UP}:{customer_id}:{why}", {"customer_id": customer_id})
