"""Which gateway serves which provider."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.gateways.stripe import stripe_gateway
from payments.models import Provider

if TYPE_CHECKING:
    from payments.gateways.base import Gateway


def gateway_for(provider: str) -> Gateway:
    """The gateway of a provider. Raises KeyError for one that we do not work with."""
    return {Provider.STRIPE: stripe_gateway}[Provider(provider)]()
