"""Refunds and disputes at the till: what they moved is explained when they are booked, at each provider."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from core import clock
from core.money import Money
from ledger import selectors as ledger
from payments import services
from payments.gateways.paypal import PayPalGateway, paypal_gateway
from payments.models import Method, Provider, ProviderMovement
from payments.services.hearing import heard_of
from payments.services.known import movements_to_treat
from payments.tests.desk import Desk
from payments.tests.pointing import point_at
from payments.tests.test_paypal_gateway import approve
from payments.tests.till_desk import STRIPE, Till

PAYPAL = Provider.PAYPAL


@pytest.fixture
def till(desk: Desk, settings: Settings) -> Till:
    settings.PROVIDER_FIRST_LOOK_DAYS = 20
    return Till(desk)


def hear(till: Till, provider: str = STRIPE, gateway: object = None) -> None:
    """All the news that the provider has, applied."""
    door = gateway or till.desk.gateway
    for each in list(door.news_since(till.desk.at - timedelta(hours=1), types=heard_of(provider))):  # type: ignore[attr-defined]
        event = services.receive(each, provider=provider, at=till.now)
        services.apply_event(event.pk, gateway=door, at=till.now)  # type: ignore[arg-type]


def unexplained() -> list[str]:
    return list(ProviderMovement.objects.filter(explained_at=None).values_list("kind", flat=True))


def test_a_refund_made_in_the_providers_pages_and_a_dispute_end_in_a_proof_that_agrees(till: Till) -> None:
    till.earn()
    till.earn(9_900)
    first, second = till.desk.customer.payments.order_by("pk")
    till.desk.bank.control(f"refund/{first.intent_id}", amount=1_000)
    till.desk.bank.control(f"dispute/{second.intent_id}")
    till.sync()
    assert sorted(unexplained()) == ["adjustment/dispute", "refund"]

    hear(till)
    till.sync()

    assert unexplained() == []
    assert till.read().agrees
    assert till.books("627800") == Money(95 + 174 + 1_500)


@pytest.fixture
def paypal(till: Till, settings: Settings) -> Iterator[PayPalGateway]:
    point_at(till.desk.bank, settings)
    yield paypal_gateway()
    paypal_gateway.cache_clear()


def test_paypal_agrees_after_a_payment_a_refund_a_chargeback_and_a_withdrawal(
    till: Till, paypal: PayPalGateway
) -> None:
    bank = till.desk.bank
    for cents in (5_000, 8_000):
        wish = services.Wish(Money(cents), method=Method.PAYPAL, on_top=True)
        payment = services.request_top_up(till.desk.customer, wish, gateway=paypal, at=clock.now())
        approve(bank, paypal.read_page(payment.session_id))
        services.ask(payment.pk, gateway=paypal, at=clock.now())
    first, second = till.desk.customer.payments.order_by("pk")
    bank.control(f"paypal/refund/{first.charge_id}", amount=700)
    bank.control(f"paypal/dispute/{second.charge_id}", chargeback=True)
    bank.control("paypal/movement", code="T0100", amount=-100)
    hear(till, PAYPAL, paypal)
    bank.control("paypal/withdraw", amount=1_000)
    at = till.now

    services.sync_till(PAYPAL, gateway=paypal, at=at)

    assert [each.kind for each in movements_to_treat(at=at + timedelta(days=2))] == []
    reading = services.read_till(PAYPAL, gateway=paypal, at=at)
    assert reading.agrees
    assert ledger.account_balance("580000") == Money(1_000)


def test_what_paypal_reports_late_is_found_by_the_overlap(till: Till, paypal: PayPalGateway) -> None:
    services.sync_till(PAYPAL, gateway=paypal, at=till.now)
    till.desk.bank.control("paypal/movement", code="T0100", amount=-100)
    later = till.now + timedelta(hours=5)

    found = services.sync_till(PAYPAL, gateway=paypal, at=later)

    assert (found.new, found.fees) == (1, 1)
    assert services.sync_till(PAYPAL, gateway=paypal, at=later).new == 0
