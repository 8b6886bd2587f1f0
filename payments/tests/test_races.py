"""Several processes at once, on PostgreSQL: real connections, real locks."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from accounts.models import Customer
from accounts.services import ensure_first_rows
from core import clock
from core.money import Money
from invoices.models import Receipt
from ledger import selectors as ledger
from outbox.models import Message
from payments import services
from payments.gateways.stripe import StripeGateway, stripe_gateway
from payments.models import MovementTreatment, Payment, PaymentStatus, Payout, ProviderMovement, WebhookEvent
from payments.selectors import history_of
from payments.tests.desk import Desk
from payments.tests.test_applying import owe
from payments.tests.till_desk import Till
from tests.support.bank import Bank
from tests.support.cast import make_individual

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgresql,
    pytest.mark.skipif("sqlite" in connection.vendor, reason="SQLite has one writer at a time"),
]
RIVALS = 10


@pytest.fixture
def desk(transactional_db: None, gateway: StripeGateway, bank: Bank, settings: Settings) -> Desk:
    settings.PROVIDER_TIMEOUT_SECONDS = 20  # ten threads and a loaded machine are no silence
    stripe_gateway.cache_clear()
    ensure_first_rows()
    at: datetime = clock.now()
    customer: Customer = make_individual(at)
    return Desk(customer, stripe_gateway(), bank, at)


def at_once(*verbs: Callable[[], object]) -> list[object]:
    """Each verb in a thread and a connection of its own, all started together."""
    barrier = Barrier(len(verbs))

    def run(verb: Callable[[], object]) -> object:
        barrier.wait(10)
        try:
            return verb()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(verbs)) as pool:
        return list(pool.map(run, verbs))


def test_ten_events_and_the_return_page_at_once_credit_once(desk: Desk) -> None:
    payment = desk.pay(desk.start())
    news = list(desk.gateway.news_since(desk.at.replace(hour=0), types=services.HEARD))
    events = [services.receive(each, at=desk.at) for each in news]

    def apply(event: WebhookEvent) -> Callable[[], object]:
        return lambda: services.apply_event(event.pk, gateway=desk.gateway, at=desk.at)

    at_once(*(apply(events[turn % len(events)]) for turn in range(RIVALS)), lambda: desk.ask(payment))

    payment.refresh_from_db()
    assert payment.status == PaymentStatus.SUCCEEDED
    assert ledger.get_balance(desk.customer.pk).balance == Money(4_680)
    assert (Receipt.objects.count(), Message.objects.count()) == (1, 1)
    assert [step.to_status for step in history_of(payment)].count(PaymentStatus.SUCCEEDED) == 1


def test_the_same_event_delivered_ten_times_at_once_is_one_row(desk: Desk) -> None:
    desk.pay(desk.start())
    news = next(iter(desk.gateway.news_since(desk.at.replace(hour=0), types=services.HEARD)))

    at_once(*[lambda: services.receive(news, at=desk.at)] * RIVALS)

    assert WebhookEvent.objects.count() == 1


def test_ten_tabs_paying_what_is_due_at_once_open_one_page(desk: Desk) -> None:
    owe(desk, 4_680)

    opened = at_once(*[lambda: desk.start(4_680)] * RIVALS)

    assert len({payment.pk for payment in opened if isinstance(payment, Payment)}) == 1
    assert Payment.objects.get().status == PaymentStatus.OPEN


def test_ten_tabs_with_ten_amounts_leave_one_page_that_can_be_paid(desk: Desk) -> None:
    owe(desk, 4_680)

    def start(cents: int) -> Callable[[], object]:
        return lambda: desk.start(cents)

    at_once(*(start(5_000 + 100 * turn) for turn in range(4)))

    assert Payment.objects.exclude(status=PaymentStatus.ABANDONED).count() == 1
    paid = [desk.bank.pay(each.session_id)["outcome"] for each in Payment.objects.exclude(session_id="")]
    assert paid.count("PAID") == 1


def test_paying_while_another_tab_closes_the_page_charges_and_credits_the_same(desk: Desk) -> None:
    payment = desk.start()

    at_once(lambda: desk.close(payment), lambda: desk.pay(payment))
    desk.ask(payment)

    credited = ledger.get_balance(desk.customer.pk).balance
    assert credited == Money(desk.bank.totals()["captured_cents"])


def test_two_turns_of_the_till_at_once_book_once(desk: Desk, settings: Settings) -> None:
    settings.PROVIDER_FIRST_LOOK_DAYS = 20
    till = Till(desk)
    till.earn()
    till.move(-300)
    till.send()

    at_once(*[till.sync] * 4)

    assert (ProviderMovement.objects.count(), Payout.objects.count(), MovementTreatment.objects.count()) == (3, 1, 1)
    assert (till.books("627800"), till.books("580000"), till.books()) == (Money(395), Money(4_285), Money(0))
    assert till.payout().events.count() == 2
    assert till.read().agrees
