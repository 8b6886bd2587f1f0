"""A top-up rule: agreed to, changed, turned off. Each step is kept, with its terms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from core.clock import local_date
from core.money import Money
from ledger import services as ledger
from payments import selectors
from payments.consents import TOP_UP as CONSENT
from payments.models import CollectingEvent, DebitKind, EndedWhy, TopUpRule
from payments.services import debits
from payments.services.collecting.ruling import NotCollectable
from payments.services.collecting.topping import ring_top_up
from payments.services.methods.consenting import keep_consent

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Customer, User
    from payments.services.methods.consenting import Agreement


class TermsRefused(ValueError):
    """An amount that no top-up may have, or a month that does not hold one top-up."""


@dataclass(frozen=True, slots=True)
class TopUpTerms:
    """When less than `below` is available, credit `amount`, at most `monthly` in a calendar month."""

    below: Money
    amount: Money
    monthly: Money

    def __str__(self) -> str:
        return f"below {self.below.cents}, credit {self.amount.cents}, at most {self.monthly.cents} a month"


@transaction.atomic
def set_top_up_rule(customer: Customer, terms: TopUpTerms, agreement: Agreement, *, at: datetime) -> TopUpRule:
    """Credit from now on as agreed; other terms are another agreement, under which refusals are forgotten.

    Looked at soon: less may be available already. Raises NotCollectable (a public body, no card and no PayPal account),
    TermsRefused.
    """
    _refuse_bad_terms(terms)
    ledger.lock_customers([customer.pk])
    if customer.is_public or selectors.method_for_top_up(customer, on=local_date(at)) is None:
        raise NotCollectable(customer.number)
    agreed = {
        "is_on": True,
        "below_cents": terms.below.cents,
        "amount_cents": terms.amount.cents,
        "monthly_cents": terms.monthly.cents,
        "consent": keep_consent(agreement.language, name=CONSENT, at=at),
        "consent_at": at,
        "consent_address": agreement.address or None,
        "consent_agent": agreement.agent[:300],
        "actor": agreement.actor,
        "declines": 0,
        "not_before": None,
        "updated_at": at,
    }
    rule, _ = TopUpRule.objects.update_or_create(
        customer=customer, defaults=agreed, create_defaults=agreed | {"created_at": at}
    )
    CollectingEvent.objects.create(
        customer=customer,
        name="top-up rule agreed",
        detail=str(terms),
        consent=rule.consent,
        address=rule.consent_address,
        agent=rule.consent_agent,
        actor=agreement.actor,
        at=at,
    )
    ring_top_up(customer.pk, f"agreed:{at.isoformat()}", at=at)
    return rule


@transaction.atomic
def turn_off_top_up_rule(customer: Customer, *, actor: User | None = None, address: str = "", at: datetime) -> None:
    """Credit nothing by itself any more. What is in flight ends as its bank says. Twice is once."""
    ledger.lock_customers([customer.pk])
    rule = selectors.top_up_rule_of(customer)
    if rule is None or not rule.is_on:
        return
    rule.is_on, rule.actor, rule.updated_at = False, actor, at
    rule.save()
    CollectingEvent.objects.create(
        customer=customer,
        name="top-up rule turned off",
        consent=rule.consent,
        address=address or None,
        actor=actor,
        at=at,
    )
    for debit in selectors.standing_debits(customer.pk).filter(kind=DebitKind.TOP_UP):
        debits.cancel(debit.pk, EndedWhy.OFF, at=at)


@transaction.atomic
def pause_top_up_rule(customer: Customer, *, because: str, by: User, at: datetime) -> TopUpRule:
    """Staff keep a rule from asking, for a reason that its customer reads. What is in flight ends as its bank says."""
    ledger.lock_customers([customer.pk])
    rule = TopUpRule.objects.get(customer=customer)
    rule.paused_at, rule.paused_because, rule.updated_at = rule.paused_at or at, because[:300], at
    rule.save()
    _keep(rule, "top-up rule paused", detail=because, by=by, at=at)
    return rule


@transaction.atomic
def resume_top_up_rule(customer: Customer, *, because: str, by: User, at: datetime) -> TopUpRule:
    """End that pause; the account is looked at soon. Twice is once."""
    ledger.lock_customers([customer.pk])
    rule = TopUpRule.objects.get(customer=customer)
    if rule.paused_at is not None:
        rule.paused_at, rule.paused_because, rule.updated_at = None, "", at
        rule.save()
        _keep(rule, "top-up rule resumed", detail=because, by=by, at=at)
        ring_top_up(customer.pk, f"resumed:{at.isoformat()}", at=at)
    return rule


def _keep(rule: TopUpRule, name: str, *, detail: str, by: User, at: datetime) -> None:
    CollectingEvent.objects.create(customer_id=rule.customer_id, name=name, detail=detail[:300], actor=by, at=at)


def _refuse_bad_terms(terms: TopUpTerms) -> None:
    least, most = Money(settings.TOP_UP_LEAST_CENTS), Money(settings.TOP_UP_MOST_CENTS)
    if not least <= terms.amount <= most or not Money(0) < terms.below <= most or terms.monthly < terms.amount:
        raise TermsRefused(str(terms))
