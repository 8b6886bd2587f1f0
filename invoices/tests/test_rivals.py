"""Two at once: real threads, real transactions."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from django.db import DatabaseError, connection, transaction

from invoices import services
from invoices.models import DocumentSeries, Invoice, InvoiceLine, Receipt
from invoices.tests.making import HOSTING, receipt
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
