"""Make the portal speak to the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.gateways.paypal import paypal_gateway

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tests.support.bank import Bank


def point_at(bank: Bank, settings: Settings) -> None:
    """Make the portal speak to the sandbox's PayPal."""
    for name, value in bank.settings.items():
        if name.startswith("PAYPAL_") and name != "PAYPAL_WEBHOOK_ID":
            setattr(settings, name, value)
    settings.PAYPAL_WEBHOOK_IDS = [bank.settings["PAYPAL_WEBHOOK_ID"]]
    settings.PAYPAL_WEBHOOK_VERIFY = "local"
    settings.PROVIDER_TIMEOUT_SECONDS = 1
    paypal_gateway.cache_clear()
