"""Refunds and what comes at the same moment, on PostgreSQL: real connections, real locks."""

from __future__ import annotations

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from accounts.services import ensure_first_rows
from core import clock
from payments import services
from payments.gateways.stripe import StripeGateway, stripe_gateway
from payments.models import BegunBy, Refund, RefundStatus
from payments.services import NotRefundable, Overtaken
from payments.tests.desk import Desk
from payments.tests.refund_desk import RefundDesk, broken, staff
from tests.support.bank import Bank
from tests.support.cast import make_individual
from tests.support.rivals import Ending, race

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgresql,
    pytest.mark.skipif("sqlite" in connection.vendor, reason="SQLite has one writer at a time"),
]


@pytest.fixture
def refunds(transactional_db: None, gateway: StripeGateway, bank: Bank, settings: Settings) -> RefundDesk:
    settings.PROVIDER_TIMEOUT_SECONDS = 20  # several threads and a loaded machine are no silence
    stripe_gateway.cache_clear()
    ensure_first_rows()
    at = clock.now()
    return RefundDesk(Desk(make_individual(at), stripe_gateway(), bank, at), staff("fanny"), staff("gil"))


def errors(endings: list[Ending]) -> list[type[BaseException]]:
    return [type(each.error) for each in endings if each.error]


def test_two_of_staff_who_refund_one_payment_at_once_refund_it_once(refunds: RefundDesk) -> None:
    payment = refunds.paid(10_000)

    endings = race(
        *[lambda: refunds.ask(payment, 4_000, seen=0)] * 2,
        lambda: refunds.ask(payment, 4_000, seen=0, actor=refunds.gil),
    )

    assert errors(endings) == [Overtaken] * 2
    assert (Refund.objects.count(), refunds.available) == (1, 6_000)


def test_a_double_click_is_one_refund(refunds: RefundDesk) -> None:
    payment = refunds.paid(10_000)
    wish = refunds.wish(payment, 10_000)

    endings = race(*[lambda: services.request_refund(wish, at=refunds.desk.at)] * 4)

    assert {each.value.pk for each in endings} == {Refund.objects.get().pk}


def test_ten_jobs_that_send_one_refund_send_it_once(refunds: RefundDesk) -> None:
    refund = refunds.ask(refunds.paid(10_000), 4_000)

    race(*[lambda: refunds.send(refund)] * 6)

    assert Refund.objects.get().status == RefundStatus.COMPLETED
    assert (refunds.given_back, refunds.balance) == (4_000, 6_000)
    assert broken() == []


def test_a_refund_and_an_invoice_at_once_never_spend_the_money_twice(refunds: RefundDesk) -> None:
    payment = refunds.paid(10_000)

    asked, _billed = race(lambda: refunds.ask(payment, 8_000), lambda: refunds.owe(6_000))

    if asked.error:
        assert isinstance(asked.error, NotRefundable)
        assert refunds.available == 4_000
    else:
        assert (refunds.available, refunds.balance) == (0, 4_000)
    assert broken() == []


def test_ours_and_one_of_the_providers_own_pages_are_both_booked_once(refunds: RefundDesk) -> None:
    payment = refunds.paid(10_000)
    ours = refunds.ask(payment, 4_000)
    refunds.owe(1_000)
    refunds.desk.bank.control(f"refund/{payment.intent_id}", amount=6_000)

    race(lambda: refunds.send(ours), *[lambda: refunds.look(payment)] * 3)
    refunds.look(payment)

    status = dict(Refund.objects.values_list("begun_by", "status"))
    assert status[BegunBy.PROVIDER] == RefundStatus.COMPLETED
    assert status[BegunBy.STAFF] in (RefundStatus.COMPLETED, RefundStatus.CANCELLED)
    assert refunds.balance == 9_000 - refunds.given_back
    assert broken() == []


def test_giving_up_while_it_is_sent_is_one_or_the_other(refunds: RefundDesk) -> None:
    refund = refunds.ask(refunds.paid(10_000), 4_000)

    race(lambda: refunds.cancel(refund), lambda: refunds.send(refund))

    ended = Refund.objects.get().status
    assert ended in (RefundStatus.CANCELLED, RefundStatus.COMPLETED)
    assert refunds.given_back == (4_000 if ended == RefundStatus.COMPLETED else 0)
    assert broken() == []
