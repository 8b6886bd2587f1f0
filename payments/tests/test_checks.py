from __future__ import annotations

from datetime import timedelta

from django.db import connection

from core import clock
from payments import checks, services
from payments.models import EventState, Payment, WebhookEvent
from payments.tests.desk import Desk


def wrong() -> list[str]:
    questions = (
        checks.payments_are_credited_once,
        checks.fees_are_booked,
        checks.payments_end,
        checks.provider_balance,
        checks.news_is_read,
    )
    return [each.name for question in questions for each in question() if not each.ok]


def tamper(statement: str, *values: int | None) -> None:
    """What a shell user might do."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_all_holds_after_a_payment(desk: Desk) -> None:
    desk.ask(desk.pay(desk.start()))
    desk.start(6_000)

    assert wrong() == []


def test_a_payment_that_says_more_than_was_credited_is_found(desk: Desk) -> None:
    payment = desk.ask(desk.pay(desk.start()))
    tamper("UPDATE payments_payment SET received_cents = 9900 WHERE id = %s", payment.pk)

    assert wrong() == [
        "payments: each one is credited once, as received",
        "payments: the provider’s account is what its payments say",
    ]


def test_two_payments_with_one_posting_are_found(desk: Desk) -> None:
    first = desk.ask(desk.pay(desk.start()))
    second = desk.ask(desk.pay(desk.start()))
    tamper("UPDATE payments_payment SET tx_id = %s WHERE id = %s", first.tx_id, second.pk)

    assert wrong() == ["payments: each one is credited once, as received"]


def test_a_payment_undecided_for_a_day_is_found(desk: Desk) -> None:
    payment = desk.start()
    Payment.objects.filter(pk=payment.pk).update(created_at=clock.now() - timedelta(hours=25))

    assert wrong() == ["payments: none is undecided for a day"]


def test_a_fee_that_was_not_booked_is_found(desk: Desk) -> None:
    payment = desk.ask(desk.pay(desk.start()))
    Payment.objects.filter(pk=payment.pk).update(fee_cents=(payment.fee_cents or 0) + 1)

    assert wrong() == [
        "payments: each fee is booked as it was told",
        "payments: the provider’s account is what its payments say",
    ]


def test_news_that_nobody_reads_is_found(desk: Desk) -> None:
    desk.pay(desk.start())
    news = list(desk.gateway.news_since(desk.at - timedelta(hours=1), types=services.HEARD))
    for each in news:
        services.receive(each, at=desk.at - timedelta(hours=2))
    assert wrong() == ["payments: the provider’s news is read"]

    WebhookEvent.objects.update(state=EventState.IGNORED)
    assert wrong() == []
