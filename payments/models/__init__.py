"""Money that moves through a provider: what was asked, what happened, what the provider told us."""

from __future__ import annotations

from payments.models.attempt import AttemptKind, CardAttempt
from payments.models.dispute import (
    OPEN_DISPUTES,
    Dispute,
    DisputeCause,
    DisputedItem,
    DisputeEvent,
    DisputeMovement,
    DisputeStatus,
    FraudWarning,
)
from payments.models.inbox import WebhookEvent
from payments.models.method import (
    ASKED_ABOUT,
    AT_THE_PROVIDER,
    BEING_SAVED,
    STANDING,
    ConsentText,
    MethodEvent,
    MethodState,
    Reason,
    SavedMethod,
)
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
    brand_name,
)

__all__ = [
    "ASKED_ABOUT",
    "AT_THE_PROVIDER",
    "BEING_SAVED",
    "LIVE",
    "OPEN_DISPUTES",
    "REFUND_LIVE",
    "STANDING",
    "AmountReview",
    "AttemptKind",
    "BalanceReading",
    "BegunBy",
    "CardAttempt",
    "ConsentText",
    "Dispute",
    "DisputeCause",
    "DisputeEvent",
    "DisputeMovement",
    "DisputeStatus",
    "DisputedItem",
    "EventState",
    "Failure",
    "FraudWarning",
    "Method",
    "MethodEvent",
    "MethodState",
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
    "Reason",
    "Refund",
    "RefundEvent",
    "RefundStatus",
    "SavedMethod",
    "TreatmentState",
    "WebhookEvent",
    "brand_name",
]
