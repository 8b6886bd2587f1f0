"""What the database refuses about refunds, and what the self-check finds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import Error, connection, transaction
from django.db.models import ProtectedError

from core import clock
from payments import checks
from payments.models import Refund
from payments.tests.refund_desk import CARD_TAKES_ITS_TIME, RefundDesk, broken

WRONG = {
    "payments_refund_positive": "amount_cents = 0",
    "payments_refund_status_known": "status = 'MAYBE'",
    "payments_refund_asked_for_a_reason": "reason = ''",
    "payments_refund_asked_for_a_reason#nobody": "actor_id = NULL",
    "payments_refund_waits_for_somebody": "status = 'WAITING'",
    "payments_refund_money_is_where_it_says": "status = 'COMPLETED', decided_at = created_at, ask_at = NULL",
    "payments_refund_live_or_decided": "decided_at = created_at",
    "payments_refund_live_or_decided#never_asked": "ask_at = NULL",
}


def test_the_database_refuses_a_refund_that_cannot_be(refunds: RefundDesk) -> None:
    refund = refunds.ask(refunds.paid())

    for guard, change in WRONG.items():
        # A status that is not known breaks several promises; SQLite names the first.
        name = "payments_refund" if guard == "payments_refund_status_known" else guard.split("#")[0]
        with pytest.raises(Error, match=name), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE payments_refund SET {change} WHERE id = %s", [refund.pk])


def test_the_database_refuses_one_refund_of_the_provider_twice(refunds: RefundDesk) -> None:
    payment = refunds.paid()
    first, second = refunds.refund(payment, 1_000), refunds.refund(payment, 1_000)
    names = {"object_id": "payments_refund_once|provider", "tx_id": "payments_refund_posted_once|tx_id"}

    for column, name in names.items():
        with pytest.raises(Error, match=name), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE payments_refund SET {column} = %s WHERE id = %s", [getattr(first, column), second.pk]
            )


def test_the_database_refuses_two_comings_back_by_one_posting(refunds: RefundDesk) -> None:
    payment = refunds.paid(card="4000000000005126")
    for _ in range(2):
        refund = refunds.refund(payment, 1_000)
        refunds.desk.bank.control(f"refunds/{refund.object_id}/fail")
        refunds.look(payment)

    with pytest.raises(Error, match="restored"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE payments_refund SET restored_tx_id = (SELECT min(restored_tx_id) FROM payments_refund)")


def test_a_refund_is_not_deleted_with_its_payment(refunds: RefundDesk) -> None:
    payment = refunds.paid()
    refunds.refund(payment)

    with pytest.raises(ProtectedError):
        payment.delete()


KEPT = [
    ("payments_refundevent_append_only", "UPDATE payments_refundevent SET detail = 'other'"),
    ("payments_refundevent_append_only", "DELETE FROM payments_refundevent"),
    ("payments_refund_stays", "DELETE FROM payments_refund"),
    ("payments_refund_fee_posted", "UPDATE payments_refund SET fee_back_cents = 25"),
]


def test_the_database_keeps_the_history(refunds: RefundDesk) -> None:
    refunds.refund(refunds.paid())

    for guard, statement in KEPT:
        with pytest.raises(Error, match=guard), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


# --- The self-check ---------------------------------------------------------------------------------------------------
def tamper(change: str, refund: Refund) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE payments_refund SET {change} WHERE id = %s", [refund.pk])


def test_a_refund_that_says_more_than_what_left_is_found(refunds: RefundDesk) -> None:
    tamper("amount_cents = 4100", refunds.refund(refunds.paid()))

    assert broken() == [
        "payments: each refund is booked once, as it left",
        "payments: the provider’s account is what its payments say",
    ]


def test_a_payment_that_gives_back_more_than_it_received_is_found(refunds: RefundDesk) -> None:
    tamper("amount_cents = 10001", refunds.ask(refunds.paid()))

    assert "payments: none gives back more than it received" in broken()


def test_a_refund_in_flight_without_its_hold_is_found(refunds: RefundDesk) -> None:
    tamper("public_id = '6ba7b8109dad11d180b400c04fd430c8'", refunds.ask(refunds.paid()))

    assert broken() == ["payments: the money of each refund in flight is held"]


def test_a_refund_in_doubt_for_two_days_is_found_and_a_slow_one_is_not(refunds: RefundDesk) -> None:
    long_ago = clock.now() - timedelta(days=3)
    slow = refunds.refund(refunds.paid(card=CARD_TAKES_ITS_TIME))
    Refund.objects.filter(pk=slow.pk).update(created_at=long_ago)
    assert broken() == []

    refund = refunds.silent(refunds.paid())
    Refund.objects.filter(pk=refund.pk).update(created_at=long_ago)

    assert [each.name for each in checks.refunds_are_held() if not each.ok] == [
        "payments: no refund is in doubt for two days"
    ]
