"""What is contested: nobody is reminded of it, nobody is asked for it again, and where its money had come from."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.money import Money
from ledger import selectors, services
from ledger.tests.desk import TODAY, Desk, bill, euros
from tests.support.cast import Cast

pytestmark = pytest.mark.django_db
TOMORROW, NEXT_WEEK = TODAY + timedelta(days=1), TODAY + timedelta(days=7)


def overdue(desk: Desk) -> list[str]:
    return [item.document_ref for item in selectors.overdue_items(desk.customer.pk, on=NEXT_WEEK)]


def test_a_disputed_document_is_late_only_when_the_dispute_is_over(desk: Desk) -> None:
    bill(desk, "FA1", 60)
    bill(desk, "FA2", 40)

    services.dispute_item("FA1", disputed=True, key="dispute", at=desk.at)

    assert overdue(desk) == ["FA2"]
    assert [item.document_ref for item in selectors.disputed_items(desk.customer.pk)] == ["FA1"]
    assert selectors.disputed_documents() == {"FA1"}
    services.dispute_item("FA1", disputed=False, key="over", at=desk.at)
    assert overdue(desk) == ["FA1", "FA2"]
    assert selectors.disputed_documents() == set()


def test_what_is_disputed_is_not_asked_for_again(desk: Desk) -> None:
    bill(desk, "FA1", 60)
    bill(desk, "FA2", 40)

    services.dispute_item("FA1", disputed=True, key="dispute", at=desk.at)

    assert selectors.amount_to_collect(desk.customer.pk) == euros(40)


def test_reminders_start_again_later_and_never_earlier(desk: Desk) -> None:
    bill(desk, "FA1", 60)
    [item] = selectors.open_items(desk.customer.pk)
    assert item.reminders_from == item.due_date == TODAY

    assert services.restart_reminders("FA1", on=NEXT_WEEK)
    assert not services.restart_reminders("FA1", on=NEXT_WEEK)
    assert not services.restart_reminders("FA1", on=TOMORROW)

    [item] = selectors.open_items(desk.customer.pk)
    assert (item.reminders_from, item.due_date) == (NEXT_WEEK, TODAY)
    assert overdue(desk) == ["FA1"]  # late it is, for the law: only its reminders wait


def test_the_lot_of_a_payment_is_found_when_it_is_spent(desk: Desk) -> None:
    tx = desk.receive("L1", 60).tx_id
    bill(desk, "FA1", 60)

    lot = selectors.lot_of(tx)

    assert (lot.id, lot.amount, lot.remaining) == (desk.lots["L1"], euros(60), Money(0))
    assert selectors.paid_by(lot.id) == {"FA1": euros(60)}
    with pytest.raises(LookupError):
        selectors.lot_of(tx + 1000)


def test_money_that_was_moved_has_two_owners(desk: Desk, cast: Cast) -> None:
    lot_id = desk.receive("L1", 60).lot_id
    assert selectors.owners_of(lot_id) == [desk.customer.pk]
    piece = services.Piece(services.Journal.MISCELLANEOUS, "Réunion", "R1", TODAY, "move:1")

    services.move_money(desk.customer.pk, cast.stranger.pk, euros(60), piece=piece, at=desk.at)

    assert selectors.owners_of(lot_id) == [desk.customer.pk, cast.stranger.pk]
    bill(Desk(cast.stranger), "FB1", 50)
    assert selectors.paid_by(lot_id) == {"FB1": euros(50)}
