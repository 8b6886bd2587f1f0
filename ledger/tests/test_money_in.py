"""What the verbs answer: money received, documents booked, each as the first time when it is asked again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from core.clock import local_date
from core.money import Money
from ledger import selectors, services
from ledger.tests.desk import Desk, euros

if TYPE_CHECKING:
    from accounts.models import Customer
    from tests.support.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(customer: Customer) -> Desk:
    return Desk(customer)


def test_a_top_up_is_available_at_once(desk: Desk) -> None:
    received = desk.receive("L1", 100)

    assert received.balance == Money(10_000)
    assert selectors.get_balance(desk.customer.pk).available == Money(10_000)
    assert selectors.account_balance("517100") == Money(10_000)


def test_an_invoice_is_paid_at_issue_with_what_is_available(desk: Desk) -> None:
    desk.receive("L1", 50)

    booked = desk.invoice("FA1", 100, ("445711", 20))

    assert booked.paid == Money(5_000)
    assert booked.balance == Money(-7_000)
    assert selectors.open_amounts(["FA1"]) == {"FA1": Money(7_000)}


def test_money_pays_the_open_invoice_and_the_rest_stays(desk: Desk) -> None:
    desk.invoice("FA1", 100, ("445711", 20))

    received = desk.receive("L1", 150)

    assert received.settled == (services.Settled("FA1", Money(12_000)),)
    assert received.balance == Money(3_000)
    assert [row.balance_after for row in selectors.statement_page(desk.customer.pk).rows] == [
        Money(3_000),
        Money(-12_000),
    ]


def test_a_repeated_receipt_of_money_answers_as_the_first_time(desk: Desk) -> None:
    desk.invoice("FA1", 100, ("445711", 20))
    first = desk.receive("L1", 150)

    again = desk.receive("L1", 150)

    assert again.replayed
    assert (again.tx_id, again.lot_id, again.settled, again.balance) == (
        first.tx_id,
        first.lot_id,
        first.settled,
        first.balance,
    )
    assert selectors.get_balance(desk.customer.pk).balance == Money(3_000)


def test_the_same_key_for_another_amount_is_refused(desk: Desk) -> None:
    desk.receive("L1", 150)

    with pytest.raises(services.KeyReused):
        desk.receive("L1", "150.01")


def test_a_repeated_invoice_answers_as_the_first_time(desk: Desk) -> None:
    desk.receive("L1", 50)
    first = desk.invoice("FA1", 100, ("445711", 20))
    desk.receive("L2", 30)

    again = desk.invoice("FA1", 100, ("445711", 20))

    assert again.replayed
    assert (again.tx_id, again.paid, again.balance) == (first.tx_id, euros(50), euros(-70))
    assert desk.open == {"FA1": "40"}


def test_documents_of_a_batch_that_was_cut_short_are_booked_once(cast: Cast) -> None:
    desks = [Desk(cast.individual), Desk(cast.company)]
    desks[0].receive("L1", 30)
    desks[0].invoice("FA1", 20)
    documents = [desks[0].document("FA1", 20), desks[0].document("FA2", 20), desks[1].document("FB1", 5)]

    booked = services.book_documents(documents, at=desks[0].at)

    assert [(one.document_ref, one.replayed, one.paid) for one in booked] == [
        ("FA1", True, euros(20)),
        ("FA2", False, euros(10)),
        ("FB1", False, euros(0)),
    ]
    assert [desk.state for desk in desks] == ["0 / 10 / -10", "0 / 5 / -5"]


def test_two_invoices_at_once_are_paid_oldest_due_first_each_by_its_own_posting(desk: Desk) -> None:
    desk.receive("L1", 30)
    desk.posted()
    documents = [desk.document("FA1", 20, due=date(2026, 12, 31)), desk.document("FA2", 20, due=date(2026, 12, 1))]

    services.book_documents(documents, at=desk.at)

    assert desk.posted()[2:] == ["OD D 419100 10 / C 411000 10", "OD D 419100 20 / C 411000 20"]
    assert desk.open == {"FA1": "10"}


def test_the_same_key_for_another_document_is_refused(desk: Desk) -> None:
    desk.invoice("FA1", 20)

    with pytest.raises(services.KeyReused):
        desk.invoice("FA2", 20, key="document:FA1")


def test_at_most_two_hundred_documents_go_in_one_call(desk: Desk) -> None:
    with pytest.raises(ValueError, match="at most 200"):
        services.book_documents([desk.document(f"FA{n}", 1) for n in range(201)], at=desk.at)


def test_house_postings_known_before_are_left_and_the_others_are_written(db: None, noon: datetime) -> None:
    def posting(key: str, cents: int = 100) -> services.Posting:
        legs = (services.debit("627800", Money(cents)), services.credit("517100", Money(cents)))
        return services.Posting(
            journal=services.Journal.CARD, label="fee", piece_ref="pi", piece_date=local_date(noon), legs=legs, key=key
        )

    [first] = services.post([posting("a")], at=noon)
    again, fresh = services.post([posting("a"), posting("b")], at=noon)

    assert (again.tx_id, again.replayed, fresh.replayed) == (first.tx_id, True, False)
    with pytest.raises(services.KeyReused):
        services.post([posting("b", 101)], at=noon)


def test_a_posting_without_a_day_takes_effect_on_the_day_it_is_posted_in_paris(db: None) -> None:
    late = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    legs = (services.debit("627800", Money(1)), services.credit("517100", Money(1)))
    day = date(2026, 12, 31)
    posting = services.Posting(
        journal=services.Journal.CARD, label="fee", piece_ref="pi", piece_date=day, legs=legs, key="k"
    )

    services.post([posting], at=late)

    assert selectors.account_balance("627800", until=date(2026, 12, 31)) == Money(0)
    assert selectors.account_balance("627800", until=date(2027, 1, 1)) == Money(1)


def test_a_hold_is_placed_once_and_released_once(desk: Desk) -> None:
    desk.receive("L1", 100)
    for _ in range(2):
        services.hold_outgoing(desk.customer.pk, euros(60), key="order", reason="domain", at=desk.at)
    assert desk.available == "40"

    with pytest.raises(services.KeyReused):
        services.hold_outgoing(desk.customer.pk, euros(10), key="order", reason="domain", at=desk.at)
    with pytest.raises(services.NotEnough):
        services.hold_outgoing(desk.customer.pk, euros(41), key="other", reason="domain", at=desk.at)

    assert [services.release_hold("order", at=desk.at) for _ in range(2)] == [True, False]
    assert not services.release_hold("never placed", at=desk.at)
    assert desk.available == "100"


def test_a_lot_that_is_spent_cannot_be_held(desk: Desk) -> None:
    desk.receive("L1", 20)
    desk.invoice("FA1", 20)
    desk.receive("L2", 20)

    with pytest.raises(services.NotEnough):
        desk.ask_refund("L1", 20)


def test_an_incoming_hold_lowers_only_what_may_be_collected(desk: Desk) -> None:
    desk.invoice("FA1", 100)
    services.hold_incoming(desk.customer.pk, euros(60), key="card", reason="payment", at=desk.at)

    assert selectors.amount_to_collect(desk.customer.pk) == euros(40)
    assert desk.state == "0 / 100 / -100"

    desk.receive("L1", 60, closes_hold="card")
    assert selectors.amount_to_collect(desk.customer.pk) == euros(40)
    assert selectors.get_balance(desk.customer.pk).incoming == Money(0)


def test_a_credit_note_and_a_refund_answer_again_as_the_first_time(desk: Desk) -> None:
    desk.receive("L1", 120)
    desk.invoice("FA1", 100, ("445711", 20))
    piece = desk.piece(services.Journal.SALES, "AV1")
    legs = [services.DebitLeg("706100", euros(10)), services.DebitLeg("445711", euros(2))]

    notes = [services.book_credit_note("FA1", euros(12), legs=legs, piece=piece, at=desk.at) for _ in range(2)]
    back = desk.piece(services.Journal.CARD, "RE")
    lot = desk.lots["L1"]
    outs = [services.refund_lot(lot, euros(5), clearing_account="517100", piece=back, at=desk.at) for _ in range(2)]
    returned = desk.piece(services.Journal.CARD, "CB")
    reversals = [
        services.reverse_money(lot, euros(120), clearing_account="517100", piece=returned, at=desk.at) for _ in range(2)
    ]

    for first, again in (notes, outs, reversals):
        assert (first.replayed, again.replayed) == (False, True)
        assert replace(first, replayed=True) == again
    assert desk.state == "0 / 113 / -113"


def test_facts_are_recorded_with_what_made_them_true(db: None, noon: datetime) -> None:
    event = services.record("invoice.issued", {"number": "FA1"}, at=noon)

    event.refresh_from_db()
    assert (event.kind, event.payload, event.recorded_at) == ("invoice.issued", {"number": "FA1"}, noon)


def test_a_month_is_closed_once_and_only_when_it_is_over(db: None, noon: datetime) -> None:
    first = services.close_month(date(2026, 10, 1), at=noon)

    assert services.close_month(date(2026, 10, 15), at=noon) == first
    with pytest.raises(services.MonthNotOver):
        services.close_month(date(2026, 11, 1), at=noon)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite writes with raw statements")
@pytest.mark.parametrize("many", [1, 40])
@pytest.mark.django_db(transaction=True)
def test_posting_is_one_statement_for_any_number_of_legs_and_transactions(many: int, noon: datetime) -> None:
    def posting(n: int) -> services.Posting:
        legs = [services.debit("627800", Money(1)) for _ in range(10)]
        return services.Posting(
            journal=services.Journal.CARD, label="fee", piece_ref="pi", piece_date=local_date(noon), key=f"fee {n}",
            legs=(*legs, services.credit("517100", Money(10))),
        )  # fmt: skip

    with CaptureQueriesContext(connection) as sent:
        services.post([posting(n) for n in range(many)], at=noon)

    assert [query["sql"].split("(")[0] for query in sent.captured_queries] == ["SELECT ledger_post"]
    with CaptureQueriesContext(connection) as inside, transaction.atomic():
        services.post([posting(n + many) for n in range(many)], at=noon)
    words = [query["sql"].split()[0] for query in inside.captured_queries]
    assert words == ["BEGIN", "SAVEPOINT", "SELECT", "RELEASE", "COMMIT"]
