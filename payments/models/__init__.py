"""Money that moves through a provider: what was asked, what happened, what the provider told us."""

from __future__ import annotations

from payments.models.inbox import WebhookEvent
from payments.models.payment import Payment, PaymentEvent, ProviderCustomer
from payments.models.payout import Payout, PayoutEvent
from payments.models.refund import Refund, RefundEvent
from payments.models.till import AmountReview, BalanceReading, MovementTreatment, ProviderCursor, ProviderMovement
from payments.models.words import (
    LIVE,
    REFUND_LIVE,
    BegunBy,
    EventState,
    Failure,
    Method,
    MovementCause,
    PaymentStatus,
    PayoutStatus,
    Provider,
    Purpose,
    RefundStatus,
    TreatmentState,
)

__all__ = [
    "LIVE",
    "REFUND_LIVE",
    "AmountReview",
    "BalanceReading",
    "BegunBy",
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
    "Refund",
    "RefundEvent",
    "RefundStatus",
    "TreatmentState",
    "WebhookEvent",
]
