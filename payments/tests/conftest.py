"""What the tests of payments have at hand: the real gateway in front of a sandbox, and somebody who pays."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from payments.gateways.stripe import StripeGateway, stripe_gateway
from tests.support.bank import Bank, open_bank


@pytest.fixture(scope="session")
def shared_bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    with open_bank(tmp_path_factory.mktemp("bank")) as bank:
        yield bank


@pytest.fixture
def bank(shared_bank: Bank) -> Bank:
    """The sandbox, empty, calm, and sending no webhook."""
    shared_bank.control("reset", everything=True)
    shared_bank.deliver(lost=-1)
    return shared_bank


@pytest.fixture
def gateway(bank: Bank, settings: Settings) -> Iterator[StripeGateway]:
    """Stripe's gateway, as views and jobs get it, in front of the sandbox."""
    settings.STRIPE_API_BASE = bank.url
    settings.STRIPE_SECRET_KEY = bank.settings["STRIPE_SECRET_KEY"]
    settings.STRIPE_WEBHOOK_SECRETS = [bank.settings["STRIPE_WEBHOOK_SECRET"]]
    settings.PROVIDER_TIMEOUT_SECONDS = 1
    stripe_gateway.cache_clear()
    yield stripe_gateway()
    stripe_gateway.cache_clear()
