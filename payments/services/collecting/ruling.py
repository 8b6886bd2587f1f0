"""Automatic collection on and off, under which agreement; pauses by staff. Each step is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction

from ledger import services as ledger
from payments import selectors
from payments.consents import COLLECT_DUE
from payments.models import CollectingEvent, CollectingRule, EndedWhy
from payments.services import debits
from payments.services.collecting.planning import plan_customer
from payments.services.methods.consenting import keep_consent

if TYPE_CHECKING:
    from datetime import date, datetime

    from accounts.models import Customer, User
    from payments.services.methods.consenting import Agreement

MOST_DAYS_BEFORE: Final = 15


class NotCollectable(Exception):
    """Nothing is collected from this customer by itself: a public body, or no usable method."""


@transaction.atomic
def turn_on(customer: Customer, agreement: Agreement, *, cards_days_before: int = 0, at: datetime) -> CollectingRule:
    """Collect from now on what this customer owes, as agreed; debts that are due already are announced at once.

    Turned on again it is a new agreement, under which what failed before is tried again. Raises NotCollectable.
    """
    ledger.lock_customers([customer.pk])
    if customer.is_public or not selectors.usable_methods(customer).exists():
        raise NotCollectable(customer.number)
    if not 0 <= cards_days_before <= MOST_DAYS_BEFORE:
        raise ValueError(f"{cards_days_before} days before the due date")
    consent = keep_consent(agreement.language, name=COLLECT_DUE, at=at)
    rule, _ = CollectingRule.objects.update_or_create(
        customer=customer,
        defaults={
            "is_on": True,
            "cards_days_before": cards_days_before,
            "consent": consent,
            "consent_at": at,
            "consent_address": agreement.address or None,
            "consent_agent": agreement.agent[:300],
            "actor": agreement.actor,
            "updated_at": at,
        },
        create_defaults={
            "is_on": True,
            "cards_days_before": cards_days_before,
            "consent": consent,
            "consent_at": at,
            "consent_address": agreement.address or None,
            "consent_agent": agreement.agent[:300],
            "actor": agreement.actor,
            "created_at": at,
            "updated_at": at,
        },
    )
    _keep(rule, "turned on", agreement=agreement, at=at)
    plan_customer(customer.pk, at=at)
    return rule


@transaction.atomic
def turn_off(customer: Customer, *, actor: User | None = None, address: str = "", at: datetime) -> CollectingRule:
    """Collect nothing by itself any more. What is in flight ends as its bank says; the rest is cancelled."""
    ledger.lock_customers([customer.pk])
    rule = CollectingRule.objects.get(customer=customer)
    if rule.is_on:
        rule.is_on, rule.actor, rule.updated_at = False, actor, at
        rule.save()
        _event(rule, "turned off", actor=actor, address=address, at=at)
        for debit in selectors.standing_debits(customer.pk):
            debits.cancel(debit.pk, EndedWhy.OFF, at=at)
    return rule


@transaction.atomic
def pause(customer: Customer, *, until: date | None, because: str, actor: User | None, at: datetime) -> CollectingRule:
    """Staff keep debits of this customer from being planned or begun before that day; None resumes at once."""
    ledger.lock_customers([customer.pk])
    rule = CollectingRule.objects.get(customer=customer)
    rule.paused_until, rule.paused_because = until, because[:300] if until else ""
    rule.updated_at = at
    rule.save()
    name = "resumed" if until is None else "paused"
    _event(rule, name, detail=f"{until}: {because}" if until else because, actor=actor, at=at)
    return rule


def _keep(rule: CollectingRule, name: str, *, agreement: Agreement, at: datetime) -> None:
    CollectingEvent.objects.create(
        customer=rule.customer,
        name=name,
        detail=f"cards {rule.cards_days_before} days before" if rule.cards_days_before else "",
        consent=rule.consent,
        address=agreement.address or None,
        agent=agreement.agent[:300],
        actor=agreement.actor,
        at=at,
    )


def _event(
    rule: CollectingRule, name: str, *, at: datetime, detail: str = "", actor: User | None = None, address: str = ""
) -> None:
    CollectingEvent.objects.create(
        customer=rule.customer,
        name=name,
        detail=detail[:300],
        consent=rule.consent,
        address=address or None,
        actor=actor,
        at=at,
    )
