"""Questions about payments and what became of them, one file a subject."""

from __future__ import annotations

from payments.selectors.payments import (
    PaymentRow,
    Truth,
    being_checked,
    get_payment,
    history_of,
    payments_of,
    payments_that_differ,
    payments_to_ask_about,
    provider_of,
    provider_of_event,
    standing_in_the_way,
    started_since,
    truth,
)

__all__ = [
    "PaymentRow",
    "Truth",
    "being_checked",
    "get_payment",
    "history_of",
    "payments_of",
    "payments_that_differ",
    "payments_to_ask_about",
    "provider_of",
    "provider_of_event",
    "standing_in_the_way",
    "started_since",
    "truth",
]
