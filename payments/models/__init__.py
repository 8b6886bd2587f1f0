"""Money that moves through a provider: what was asked, what happened, what the provider told us."""

from __future__ import annotations

from payments.models.inbox import WebhookEvent
from payments.models.payment import Payment, PaymentEvent, ProviderCustomer
from payments.models.payout import Payout, PayoutEvent
from payments.models.till import AmountReview, BalanceReading, MovementTreatment, ProviderCursor, ProviderMovement
from payments.models.words import (
    LIVE,
    EventState,
    Failure,
    Method,
    MovementCause,
    PaymentStatus,
    PayoutStatus,
    Provider,
    Purpose,
    TreatmentState,
)

__all__ = [
    "LIVE",
    "AmountReview",
    "BalanceReading",
    "EventState",
    "Failure",
    "Method",
    "MovementCause",
    "MovementTreatment",
    "Payment",
    "PaymentEvent",
    "PaymentStatus",
    "Payout",
    "PayoutEvent",
    "PayoutStatus",
    "Provider",
    "ProviderCursor",
    "ProviderCustomer",
    "ProviderMovement",
    "Purpose",
    "TreatmentState",
    "WebhookEvent",
]
