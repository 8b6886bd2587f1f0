"""When to ask the provider next."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.conf import settings

if TYPE_CHECKING:
    from datetime import datetime

    from payments.models import Payment, SavedMethod

_LONGEST_WAIT: Final = timedelta(days=1)
_DOUBLINGS: Final = 16


def put_off(asked: Payment | SavedMethod, *, at: datetime) -> None:
    """Set when to ask next: after PAYMENT_SILENCE_SECONDS, then twice as long each time, at least once a day.

    The caller saves the row.
    """
    wait = timedelta(seconds=settings.PAYMENT_SILENCE_SECONDS) * 2 ** min(asked.asked_count, _DOUBLINGS)
    asked.asked_count += 1
    asked.asked_at = at
    asked.updated_at = at
    asked.ask_at = at + min(wait, _LONGEST_WAIT)
