"""Two beats, a top-up and a debit, a webhook and the recording at once, on PostgreSQL: nothing is taken twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from accounts.models import Customer
from accounts.services import ensure_first_rows
from core import clock
from core.money import Money
from ledger import selectors as books
from outbox.models import Message
from payments import services
from payments.gateways.stripe import StripeGateway, stripe_gateway
from payments.models import LIVE, Debit, DebitState, Payment
from payments.services import collecting
from payments.tests.debit_desk import DebitDesk, state_of
from payments.tests.drawer import Drawer
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
def debits(transactional_db: None, gateway: StripeGateway, bank: Bank, settings: Settings) -> DebitDesk:
    settings.PROVIDER_TIMEOUT_SECONDS = 20  # several threads and a loaded machine are no silence
    stripe_gateway.cache_clear()
    ensure_first_rows()
    at: datetime = clock.now()
    customer: Customer = make_individual(at)
    return DebitDesk(Drawer(customer, bank, at), at)


def alone(verb: Callable[[], object], times: int) -> None:
    endings = race(*[verb] * times)
    assert [ending.error for ending in endings] == [None] * times


def test_two_planners_at_once_announce_once(debits: DebitDesk) -> None:
    debits.save()
    debits.turn_on()
    debits.owe()

    alone(debits.plan, 4)

    assert (Debit.objects.count(), Message.objects.filter(kind="debit.upcoming").count()) == (1, 1)


def test_two_beats_and_a_command_at_once_debit_once(debits: DebitDesk) -> None:
    debit = debits.planned()
    debits.day_of(debit)

    alone(debits.collect, 4)

    assert (debits.taken(), debit.attempts.count(), debits.balance()) == (4_680, 1, Money(0))
    assert state_of(debit) == DebitState.CLOSED


def test_a_payment_page_and_a_debit_at_once_take_what_is_due_once(debits: DebitDesk) -> None:
    debit = debits.planned()
    debits.day_of(debit)

    def pay() -> None:
        payment = debits.drawer.pay(4_680)
        if payment.session_id and payment.debit_id is None:
            debits.drawer.bank.pay(payment.session_id)
            services.ask(payment.pk, gateway=gateway_for("STRIPE"), at=debits.at)

    race(pay, debits.collect)
    debits.collect()
    collecting.review(at=debits.at)

    assert not Payment.objects.filter(status__in=LIVE).exists()
    assert (debits.taken(), debits.balance()) == (4_680, Money(0))
    assert state_of(debit) in (DebitState.CLOSED, DebitState.CANCELLED)


def test_the_webhook_and_the_recording_at_once_credit_once(debits: DebitDesk) -> None:
    debit = debits.planned()
    debits.day_of(debit)
    payment = debits.claimed(debit)

    alone(lambda: services.ask(payment.pk, gateway=gateway_for("STRIPE"), at=debits.at), 4)
    services.ask(payment.pk, gateway=gateway_for("STRIPE"), at=debits.at)

    assert (debits.taken(), debits.balance()) == (4_680, Money(0))
    assert Message.objects.filter(kind="debit.collected").count() == 1


def test_removing_the_method_and_beginning_at_once_take_it_once_or_not_at_all(debits: DebitDesk) -> None:
    debit = debits.planned()
    debits.day_of(debit)

    race(debits.collect, lambda: debits.drawer.remove(debit.method))
    collecting.review(at=debits.at)
    for payment in Payment.objects.filter(status__in=LIVE):
        services.ask(payment.pk, gateway=gateway_for("STRIPE"), at=debits.at)

    taken = debits.taken()
    assert taken in (0, 4_680)
    assert books.get_balance(debits.customer_id).balance == Money(taken - 4_680)


def test_turning_it_off_and_beginning_at_once_end_in_one_of_the_two(debits: DebitDesk) -> None:
    debit = debits.planned()
    debits.day_of(debit)

    race(debits.collect, lambda: collecting.turn_off(debits.drawer.customer, at=debits.at))

    assert state_of(debit) in (DebitState.CLOSED, DebitState.CANCELLED)
    assert debits.taken() == (4_680 if state_of(debit) == DebitState.CLOSED else 0)
