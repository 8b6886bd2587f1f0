"""Which gateway serves which provider."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from payments.gateways.paypal import paypal_gateway
from payments.gateways.paypal.webhook import Transmission
from payments.gateways.stripe import stripe_gateway
from payments.models import ONLINE, Provider

if TYPE_CHECKING:
    from collections.abc import Mapping

    from payments.gateways.base import Gateway


def gateway_for(provider: str) -> Gateway:
    """The gateway of a provider. Raises ValueError for one that we do not know, and for our bank: it reads files."""
    known = Provider(provider)
    if known not in ONLINE:
        raise ValueError(f"{known} has no gateway")
    return paypal_gateway() if known is Provider.PAYPAL else stripe_gateway()


def packed_signature(headers: Mapping[str, str]) -> str:
    """What PayPal's gateway wants to see of the headers of a webhook, in one text."""
    return Transmission.of(headers).packed


def providers() -> list[Provider]:
    """The providers that we work with: PayPal when its settings are written."""
    return [Provider.STRIPE, *([Provider.PAYPAL] if settings.PAYPAL_CLIENT_ID else [])]
