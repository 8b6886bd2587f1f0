"""Stripe, the only place that knows it. The SDK's types and errors end here."""

from __future__ import annotations

from payments.gateways.stripe.client import API_VERSION
from payments.gateways.stripe.gateway import StripeGateway, stripe_gateway

__all__ = ["API_VERSION", "StripeGateway", "stripe_gateway"]
