"""On which day a debit is taken, and on which day we begin: from the due date, the notice and the method alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings

from payments.models import Method, Provider
from payments.target import add_target_days, next_target_day

if TYPE_CHECKING:
    from datetime import date

    from payments.models import CollectingRule, SavedMethod

MOST_LATER = timedelta(days=15)
"""A customer may move a debit so much later than we would take it."""


@dataclass(frozen=True, slots=True)
class Days:
    """`collect_on` is told to the customer; on `start_on` we begin."""

    collect_on: date
    start_on: date


def days_for(method: SavedMethod, rule: CollectingRule, *, due_on: date, announced_on: date) -> Days:
    """When a debit that is announced that day takes what is due on `due_on` from this method.

    Never before its notice has run: SEPA rules ask for 14 days, or for what was agreed; cards for what we promise.
    """
    if method.kind != Method.SEPA:
        notice = announced_on + timedelta(days=settings.CARD_NOTICE_DAYS)
        day = max(due_on - timedelta(days=rule.cards_days_before), notice)
        return Days(day, day)
    notice_days = settings.SEPA_PRENOTIFICATION_DAYS if rule.notice_days is None else rule.notice_days
    return from_day(method, max(due_on, announced_on + timedelta(days=notice_days)), today=announced_on)


def from_day(method: SavedMethod, day: date, *, today: date) -> Days:
    """When we begin to take money from this method on that day: SEPA settles on TARGET days, and takes some."""
    if method.kind != Method.SEPA:
        return Days(day, day)
    collect_on = next_target_day(day)
    lead = settings.SEPA_LEAD_DAYS if method.provider == Provider.BANK else settings.STRIPE_SEPA_LEAD_DAYS
    return Days(collect_on, max(add_target_days(collect_on, -lead), min(today, collect_on)))
