"""Ask for an engagement number before it hurts: 30, 15 and 5 days before the next invoice that is known."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.urls import reverse

from accounts.notify import notify, withdraw_fact
from chorus.selectors.wanted import customers_asked, wanted_from
from core.clock import local_date
from outbox.models import Message, MessageState

if TYPE_CHECKING:
    from datetime import date, datetime

KIND: Final = "chorus.engagement_wanted"
STEPS: Final = (5, 15, 30)
"""Days before; only the latest one that has come is written, whatever was missed before."""


def remind(*, at: datetime) -> int:
    """Write to those whose invoice comes soon without its number; withdraw what others would still be sent.

    A reminder has one key for each customer, day of the invoice and step: it is written once, however often this is
    asked. Returns how many are in a step.
    """
    today = local_date(at)
    days = {each.customer: each.on for each in wanted_from(customers_asked(), on=today) if each.on is not None}
    _withdraw_others({_prefix(customer.pk, day) for customer, day in days.items()}, at=at)
    due = [(customer, day, step) for customer, day in days.items() if (step := _step(day, today))]
    page = f"{settings.SITE_URL}{reverse('chorus:settings')}?etape=engagement"
    for customer, day, step in due:
        notify(customer, KIND, {"day": day, "page": page}, key=f"{_prefix(customer.pk, day)}{step}", at=at)
    return len(due)


def _step(day: date, today: date) -> int:
    """The reminder whose turn it is; 0 when the first one is still to come."""
    return next((step for step in STEPS if day - today <= timedelta(days=step)), 0)


def _prefix(customer_id: int, day: date) -> str:
    return f"{KIND}:{customer_id}:{day}:"


def _withdraw_others(wanted: set[str], *, at: datetime) -> None:
    """Keep the reminders from leaving whose number was given, or whose invoice is of another day, meanwhile."""
    waiting = Message.objects.filter(kind=KIND, state=MessageState.WAITING).values_list("key", flat=True)
    for fact in {key.partition("@")[0] for key in waiting}:
        if not fact.startswith(tuple(wanted)):
            withdraw_fact(fact, at=at)
