"""The self-check finds what is wrong with a dispute."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection

from accounts.models import Customer
from core import clock
from ledger import services as ledger
from ledger.tests.desk import bill
from payments import checks
from payments.gateways.stripe import StripeGateway
from payments.models import Dispute, DisputedItem, DisputeMovement, Method
from payments.tests.dispute_desk import DisputeDesk, moved, told_of
from tests.support.bank import Bank

BOOKED = "payments: what disputes moved is booked"
HELD = "payments: what is disputed has an open dispute"
UNDERSTOOD = "payments: disputes are understood"
ACCOUNT = "payments: the provider’s account is what its payments say"


@pytest.fixture
def desk(customer: Customer, gateway: StripeGateway, bank: Bank, at: datetime) -> DisputeDesk:
    """100 paid an invoice and were taken back, less 30 that came back since."""
    desk = DisputeDesk(customer, gateway, bank, at, Method.CARD)
    payment = desk.credited(100)
    bill(desk.books, "FA1", 100)
    taken = moved(payment, 10_000, fee=1_500)
    desk.apply(payment, told_of(payment, movements=(taken,)))
    desk.apply(payment, told_of(payment, movements=(taken, moved(payment, -3_000, fee=-1_500, name="txn_back"))))
    return desk


def wrong() -> list[str]:
    questions = (
        checks.payments_are_credited_once,
        checks.provider_balance,
        checks.disputes_are_booked,
        checks.disputed_documents_have_a_dispute,
        checks.disputes_are_understood,
    )
    return [each.name for question in questions for each in question() if not each.ok]


def past_the_guard() -> None:
    """What somebody might do who owns the database."""
    name = "payments_disputemovement_append_only"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"ALTER TABLE payments_disputemovement DISABLE TRIGGER {name}")
        else:
            cursor.execute(f"DROP TRIGGER {name}")


def test_all_holds_while_a_dispute_is_open(desk: DisputeDesk) -> None:
    assert wrong() == []
    assert (desk.books.state, desk.books.open) == ("0 / 70 / -70", {"FA1": "70"})


@pytest.mark.parametrize(
    ("name", "columns", "found"),
    [
        ("txn_told", {"amount_cents": 9_900}, [ACCOUNT, BOOKED]),
        ("txn_told", {"fee_cents": 1}, [ACCOUNT, BOOKED]),
        ("txn_back", {"kept_cents": 6_999}, [BOOKED]),
    ],
)
def test_a_movement_that_is_booked_otherwise_is_found(
    desk: DisputeDesk, name: str, columns: dict[str, int], found: list[str]
) -> None:
    past_the_guard()
    DisputeMovement.objects.filter(object_id=name).update(**columns)

    assert wrong() == found


def test_a_dispute_that_is_not_the_sum_of_its_movements_is_found(desk: DisputeDesk) -> None:
    Dispute.objects.update(taken_cents=1)

    assert wrong() == [BOOKED]


def test_a_document_held_without_a_dispute_is_found(desk: DisputeDesk) -> None:
    bill(desk.books, "FA2", 10)
    ledger.dispute_item("FA2", disputed=True, key="by hand", at=desk.at)

    assert wrong() == [HELD]


def test_a_document_that_a_dispute_should_hold_is_found(desk: DisputeDesk) -> None:
    DisputedItem.objects.update(released_at=clock.now() + timedelta(days=1))

    assert wrong() == [HELD]


def test_a_dispute_that_nobody_understands_for_a_day_is_found(desk: DisputeDesk) -> None:
    Dispute.objects.update(attention="the provider says: IN_MEDIATION")
    assert wrong() == []

    Dispute.objects.update(created_at=clock.now() - timedelta(hours=25))
    assert wrong() == [UNDERSTOOD]
