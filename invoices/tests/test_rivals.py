"""Two at once: real threads, real transactions."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.services import update_profile
from core.money import Money
from invoices import services
from invoices.models import DocumentSeries, Invoice, InvoiceLine, Receipt, ReceiptCancellation
from invoices.services import Request, TakenBack
from invoices.tests.making import HOSTING, issued, receipt
from invoices.tests.reversing import LATER, REF, Reversing
from ledger import selectors as ledger
from tests.support.cast import NOON, make_company, make_individual

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [pytest.mark.django_db(transaction=True)]
ON_POSTGRESQL = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer at a time")
RIVALS = 20


def at_once(*acts: Callable[[], object]) -> list[BaseException]:
    """Do all of them at the same time; returns what they raised."""
    start = threading.Barrier(len(acts))
    raised: list[BaseException] = []

    def run(act: Callable[[], object]) -> None:
        start.wait()
        try:
            act()
        except BaseException as fault:  # noqa: BLE001 - shown by the test
            raised.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


@ON_POSTGRESQL
def test_twenty_at_once_give_twenty_numbers_without_a_gap() -> None:
    customers = [make_individual(), make_company()]
    drafts = [services.draft(customers[n % 2], [HOSTING], at=NOON) for n in range(RIVALS)]

    raised = at_once(*[lambda draft=draft: services.issue(draft, at=NOON) for draft in drafts])

    assert raised == []
    assert sorted(str(invoice.number) for invoice in Invoice.objects.all()) == [
        f"FA2026-{n:06d}" for n in range(1, RIVALS + 1)
    ]
    assert DocumentSeries.objects.get().last == RIVALS
    assert ledger.get_balance(customers[0].pk).balance.cents == -4680 * RIVALS // 2


def test_the_same_draft_issued_twice_at_once_is_issued_once() -> None:
    customer = make_individual()
    draft = services.draft(customer, [HOSTING], at=NOON)

    raised = at_once(*[lambda: services.issue(draft, at=NOON)] * 4)

    assert raised == []
    assert Invoice.objects.get().number == "FA2026-000001"
    assert DocumentSeries.objects.get().last == 1
    assert ledger.get_balance(customer.pk).balance.cents == -4680


def test_the_same_payment_receipted_twice_at_once_has_one_receipt() -> None:
    customer = make_individual()

    raised = at_once(*[lambda: receipt(customer)] * 4)

    assert raised == []
    assert Receipt.objects.get().number == "RC2026-000001"


def test_the_same_line_taken_back_by_ten_at_once_is_taken_once() -> None:
    customer = make_individual()
    invoice = issued(customer)

    raised = at_once(
        *[
            lambda n=n: services.issue_credit_note(invoice, [TakenBack(1)], Request("Erreur", f"key {n}"), at=NOON)
            for n in range(10)
        ]
    )

    assert [type(fault) for fault in raised] == [services.BadCredit] * 9
    assert Invoice.objects.get(kind="CREDIT_NOTE").number == "AV2026-000001"
    assert DocumentSeries.objects.get(prefix="AV").last == 1
    assert ledger.get_balance(customer.pk).balance.cents == 0


def test_the_same_credit_note_asked_ten_times_at_once_is_issued_once() -> None:
    invoice = issued(make_individual())
    half = [TakenBack(1, amount=Money(1000))]

    raised = at_once(*[lambda: services.issue_credit_note(invoice, half, Request("Erreur", "one key"), at=NOON)] * 10)

    assert raised == []
    assert Invoice.objects.get(kind="CREDIT_NOTE").total_cents == 1200


def test_the_same_correction_asked_four_times_at_once_is_made_once() -> None:
    customer = make_individual()
    invoice = issued(customer)
    update_profile(customer, name="Claire Œuvrard", at=NOON)

    raised = at_once(*[lambda: services.correct_buyer(invoice, at=NOON)] * 4)

    assert raised == []
    assert sorted(str(document.number) for document in Invoice.objects.all()) == [
        "AV2026-000001",
        "FA2026-000001",
        "FA2026-000002",
    ]
    assert ledger.get_balance(customer.pk).balance.cents == -4680


@ON_POSTGRESQL
def test_a_line_added_while_an_invoice_is_being_issued_waits_and_is_refused() -> None:
    draft = services.draft(make_individual(), [HOSTING], at=NOON)
    issuing, added = threading.Event(), threading.Event()

    def issue_slowly() -> None:
        with transaction.atomic():
            services.issue(draft, at=NOON)
            issuing.set()
            added.wait(0.3)  # the other one cannot get further than this

    def add() -> None:
        issuing.wait(10)
        line = InvoiceLine.objects.create(
            invoice_id=draft.pk, position=2, label="x", quantity=1, unit_price=1, rate=20, net_cents=100
        )
        added.set()
        assert line.pk is None, "the line was added"

    raised = at_once(issue_slowly, add)

    assert [type(fault) for fault in raised] != []
    assert all(isinstance(fault, DatabaseError) for fault in raised)
    assert not added.is_set()
    assert InvoiceLine.objects.count() == 1


@ON_POSTGRESQL
def test_one_reversal_told_by_many_at_once_is_one_cancellation() -> None:
    paid = Reversing.of(make_individual(), 5_000)
    first, second = paid.take(2_000, "du_1"), paid.take(3_000, "du_2")

    raised = at_once(*[lambda told=told: services.cancel_receipt(REF, told, at=LATER) for told in [first, second] * 5])

    assert raised == []
    found = ReceiptCancellation.objects.order_by("number").values_list("number", "tx", "amount_cents")
    assert [number for number, *_ in found] == ["AR2027-000001", "AR2027-000002"]
    assert {(tx, cents) for _, tx, cents in found} == {(first.tx_id, 2_000), (second.tx_id, 3_000)}
