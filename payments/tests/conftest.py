"""What the tests of payments have at hand: the real gateway in front of a sandbox, and somebody who pays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from pytest_django.fixtures import Settings

from accounts.models import Customer
from core import clock
from payments.gateways.paypal import paypal_gateway
from payments.gateways.stripe import StripeGateway, stripe_gateway
from payments.models import Method
from payments.tests.debit_desk import DebitDesk
from payments.tests.desk import Desk
from payments.tests.dispute_desk import DisputeDesk
from payments.tests.drawer import Drawer
from payments.tests.mandate_desk import MandateDesk
from payments.tests.pointing import point_at
from payments.tests.refund_desk import RefundDesk, staff
from payments.tests.remittance_desk import RemittanceDesk
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


@pytest.fixture
def at() -> datetime:
    """The real moment: the sandbox lives in real time."""
    return clock.now()


@pytest.fixture
def desk(customer: Customer, gateway: StripeGateway, bank: Bank, at: datetime) -> Desk:
    """The individual in front of the payment page."""
    return Desk(customer, gateway, bank, at)


@pytest.fixture
def refunds(desk: Desk) -> RefundDesk:
    """The individual's payments, and two members of staff."""
    return RefundDesk(desk, staff("fanny"), staff("gil"))


@pytest.fixture
def drawer(  # noqa: PLR0917  fixtures
    request: pytest.FixtureRequest,
    customer: Customer,
    gateway: StripeGateway,
    bank: Bank,
    settings: Settings,
    at: datetime,
) -> Iterator[Drawer]:
    """What the individual keeps: cards, or (indirectly parametrised by `paypal`) PayPal accounts."""
    assert gateway is not None
    point_at(bank, settings)
    yield Drawer(customer, bank, at, Method.PAYPAL if getattr(request, "param", "") == "paypal" else Method.CARD)
    paypal_gateway.cache_clear()


@pytest.fixture
def card(customer: Customer, gateway: StripeGateway, bank: Bank, at: datetime) -> DisputeDesk:
    """The individual, who pays by card, and whose payments are contested."""
    return DisputeDesk(customer, gateway, bank, at, Method.CARD)


@pytest.fixture
def mandates(customer: Customer, at: datetime) -> MandateDesk:
    """The individual, who lets us debit bank accounts."""
    return MandateDesk(customer, at)


@pytest.fixture
def debits(drawer: Drawer) -> DebitDesk:
    """The individual, whose debts are collected by themselves; by PayPal if `drawer` is parametrised so."""
    return DebitDesk(drawer, drawer.at)


@pytest.fixture
def remittances(customer: Customer, at: datetime) -> RemittanceDesk:
    """The individual, whose account our own bank debits by file."""
    return RemittanceDesk(customer, at.replace(hour=9))
