"""Money that moves through a provider: what was asked, what happened, what the provider told us."""

from __future__ import annotations

from payments.models.inbox import WebhookEvent
from payments.models.payment import Payment, PaymentEvent, ProviderCustomer
from payments.models.words import LIVE, EventState, Failure, Method, PaymentStatus, Provider, Purpose

__all__ = [
    "LIVE",
    "EventState",
    "Failure",
    "Method",
    "Payment",
    "PaymentEvent",
    "PaymentStatus",
    "Provider",
    "ProviderCustomer",
    "Purpose",
    "WebhookEvent",
]
