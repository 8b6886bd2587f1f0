from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from core.money import Money
from invoices import selectors, services
from invoices.models import Receipt
from invoices.services import ReceiptKeyReused
from invoices.tests.making import issued, receipt
from outbox.models import Job, Message
from tests.support.cast import NOON

if TYPE_CHECKING:
    from accounts.models import Customer

pytestmark = pytest.mark.django_db


def again(known: Receipt, **other: object) -> Receipt:
    facts = {
        "payment_ref": known.payment_ref,
        "amount": Money(known.amount_cents),
        "method": known.method,
        "received_at": NOON,
        "balance_after": Money(0),
        "settled": [],
        "at": NOON + timedelta(days=1),
        "key": known.key,
    }
    return services.issue_receipt(known.customer, **{**facts, **other})  # type: ignore[arg-type]


def test_a_receipt_says_what_came_and_what_it_paid(customer: Customer) -> None:
    issued(customer)

    paper = receipt(customer, 5000)

    assert paper.number == "RC2026-000001"
    assert paper.balance_after_cents == 320
    assert paper.settled == [{"document": "FA2026-000001", "amount_cents": 4680}]
    assert selectors.receipt_for(paper.payment_ref) == paper
    assert selectors.receipt_for("P-other") is None


def test_the_same_payment_has_one_receipt(customer: Customer) -> None:
    first = receipt(customer)

    assert again(first) == first
    assert Receipt.objects.count() == 1
    assert Job.objects.filter(kind="invoices.render").count() == 1
    assert receipt(customer, ref="P-2").number == "RC2026-000002"


@pytest.mark.parametrize("other", [{"amount": Money(1)}, {"payment_ref": "P-else"}])
def test_a_key_that_names_another_payment_is_refused(customer: Customer, other: dict[str, object]) -> None:
    first = receipt(customer)

    with pytest.raises(ReceiptKeyReused):
        again(first, **other)


def test_a_receipt_that_comes_late_is_still_written(customer: Customer) -> None:
    receipt(customer, ref="P-1", at=NOON)

    late = receipt(customer, ref="P-2", at=NOON - timedelta(days=2))

    assert (late.number, late.issue_date) == ("RC2026-000002", (NOON - timedelta(days=2)).date())


def test_a_receipt_writes_no_mail_of_its_own(customer: Customer) -> None:
    receipt(customer)

    assert not Message.objects.exists()
