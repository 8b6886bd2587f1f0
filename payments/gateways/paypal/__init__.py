"""PayPal, the only place that knows it: Orders v2, Payments v2, and the news of its webhooks."""

from __future__ import annotations

from payments.gateways.paypal.gateway import LIVE_BASE, PayPalGateway, paypal_gateway

__all__ = ["LIVE_BASE", "PayPalGateway", "paypal_gateway"]
