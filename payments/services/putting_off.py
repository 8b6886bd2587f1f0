"""When to ask the provider again about what fell silent."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings

from payments.models import Payment, PaymentStatus

if TYPE_CHECKING:
    from datetime import datetime

    from payments.models import Refund, SavedMethod

KEY_LIFE = timedelta(hours=23)
"""Stripe keeps idempotency keys for 24 hours at least. After that a page is looked for, never asked for again."""


def put_off(asked: Payment | SavedMethod | Refund, *, at: datetime) -> None:
    """Set when to ask next: the first rung of the ladder, counted from the row's last step, that is still to come.

    The rungs are PAYMENT_SILENCE_SECONDS, then PAYMENT_LADDER_SECONDS, whose last one repeats: 5 minutes, an hour, a
    day, then each day. An open page is asked about when it closes, if that is sooner. Questions asked meanwhile, by a
    customer who looks or by an event, do not climb the ladder. The caller saves the row, after its last step.
    """
    asked.asked_count += 1
    asked.asked_at = at
    asked.ask_at = _next_rung(asked.updated_at, at)
    if isinstance(asked, Payment) and asked.status == PaymentStatus.OPEN and at < asked.page_expires_at < asked.ask_at:
        asked.ask_at = asked.page_expires_at


def ladder() -> list[int]:
    """Seconds after its last step at which something silent is asked about; the last one repeats."""
    return [settings.PAYMENT_SILENCE_SECONDS, *settings.PAYMENT_LADDER_SECONDS]


def _next_rung(since: datetime, at: datetime) -> datetime:
    """The first rung after `at` of a ladder that stands on `since`."""
    rungs = [timedelta(seconds=seconds) for seconds in ladder()]
    for rung in rungs:
        if since + rung > at:
            return since + rung
    return since + ((at - since) // rungs[-1] + 1) * rungs[-1]
