"""Several processes at once, on PostgreSQL: one card, one removal, one payment, whoever comes first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from accounts.services import ensure_first_rows
from core import clock
from core.money import Money
from outbox.models import Message
from payments import services
from payments.checks import saved_methods
from payments.gateways.paypal import paypal_gateway
from payments.gateways.stripe import StripeGateway, stripe_gateway
from payments.models import Method, MethodState, Payment, PaymentStatus, SavedMethod
from payments.tests.drawer import MASTERCARD, Drawer
from payments.tests.pointing import point_at
from payments.tests.test_paypal_gateway import paypal_totals
from payments.wiring import gateway_for
from tests.support.bank import Bank
from tests.support.cast import make_individual
from tests.support.rivals import race

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgresql,
    pytest.mark.skipif("sqlite" in connection.vendor, reason="SQLite has one writer at a time"),
]


@pytest.fixture
def drawer(transactional_db: None, gateway: StripeGateway, bank: Bank, settings: Settings) -> Iterator[Drawer]:
    point_at(bank, settings)
    settings.PROVIDER_TIMEOUT_SECONDS = 20  # threads and a loaded machine are no silence
    stripe_gateway.cache_clear()
    paypal_gateway.cache_clear()
    ensure_first_rows()
    at = clock.now()
    yield Drawer(make_individual(at), bank, at)
    paypal_gateway.cache_clear()


def everything_holds() -> bool:
    return all(check.ok for check in saved_methods())


def test_the_return_page_and_the_sweeper_at_once_save_once(drawer: Drawer) -> None:
    begun = drawer.consent(drawer.begin())

    race(*[lambda: drawer.ask(begun)] * 5)

    assert SavedMethod.objects.filter(state=MethodState.ACTIVE).count() == 1
    assert Message.objects.filter(kind="method.saved").count() == 1


def test_two_cards_saved_at_once_leave_one_default(drawer: Drawer) -> None:
    first = drawer.consent(drawer.begin())
    SavedMethod.objects.filter(pk=first.pk).update(page_expires_at=drawer.at)  # so that another page opens
    second = drawer.consent(drawer.begin(), MASTERCARD)

    race(lambda: drawer.ask(first), lambda: drawer.ask(second))

    assert SavedMethod.objects.filter(state=MethodState.ACTIVE, is_default=True).count() == 1
    assert everything_holds()


def test_ten_removals_at_once_write_once(drawer: Drawer) -> None:
    saved = drawer.save()

    race(*[lambda: drawer.remove(saved)] * 10)

    saved.refresh_from_db()
    assert saved.state == MethodState.REMOVED
    assert Message.objects.filter(kind="method.removed").count() == 1


def test_ten_clicks_on_one_button_pay_once_from_a_saved_paypal(drawer: Drawer) -> None:
    paypal = replace(drawer, kind=Method.PAYPAL)
    wish = services.Wish(Money(4_680), method=Method.PAYPAL, saved=paypal.save(), once="one form")

    def click() -> Payment:
        return services.request_top_up(drawer.customer, wish, gateway=paypal.gateway, others=gateway_for, at=drawer.at)

    race(*[click] * 10)

    assert Payment.objects.get().status == PaymentStatus.SUCCEEDED
    assert paypal_totals(drawer.bank)["captured_cents"] == 4_680
    assert everything_holds()
