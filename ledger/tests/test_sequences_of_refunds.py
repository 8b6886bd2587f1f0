"""Refunds beyond the plain ones: begun elsewhere, out of money that is kept, come back to be kept."""

from __future__ import annotations

import pytest

from ledger import selectors, services
from ledger.services import Journal
from ledger.tests.desk import Desk, euros

pytestmark = pytest.mark.django_db


def begun_elsewhere(desk: Desk, lot: str, amount: int) -> services.MoneyOut:
    """A refund made in the provider's own pages: a fact, however little the lot still has."""
    piece = desk.piece(Journal.CARD, f"RE-{lot}")
    return services.refund_lot(
        desk.lots[lot], euros(amount), clearing_account="517100", piece=piece, at=desk.at, reopens=True
    )


def hold(desk: Desk, lot: str, amount: int, key: str, **more: str) -> None:
    customer, lot_id = desk.customer.pk, desk.lots[lot]
    services.hold_outgoing(customer, euros(amount), key=key, reason="refund", at=desk.at, lot_id=lot_id, **more)


def restore_twice(desk: Desk, lot: str, out: services.MoneyOut, keeps_as: str) -> None:
    piece = desk.piece(Journal.CARD, "back")
    for _ in range(2):
        services.restore_money(
            desk.lots[lot], undoes=out.tx_id, clearing_account="517100", piece=piece, at=desk.at, keeps_as=keeps_as
        )


def test_a_refund_beyond_what_the_lot_has_reopens_what_it_had_paid_newest_first(desk: Desk) -> None:
    desk.receive("L1", 100)
    desk.invoice("FA1", 50, ("445711", 10))
    desk.invoice("FA2", 20, ("445711", 4))
    desk.look()

    out = begun_elsewhere(desk, "L1", 50)

    assert desk.posted() == ["OD D 411000 34 / C 419100 34", "CB D 419100 50 / C 517100 50"]
    assert desk.allocated() == ["-24 L1→FA2", "-10 L1→FA1"]
    assert (desk.remaining("L1"), desk.state) == ("0", "0 / 34 / -34")
    assert (out.missing, [part.document_ref for part in out.reopened]) == (euros(0), ["FA2", "FA1"])


def test_what_it_had_paid_is_paid_again_by_other_money(desk: Desk) -> None:
    desk.receive("L1", 60)
    desk.invoice("FA1", 50, ("445711", 10))
    desk.receive("L2", 20)
    desk.look()

    begun_elsewhere(desk, "L1", 60)

    assert desk.allocated() == ["-60 L1→FA1", "L2→FA1 20"]
    assert desk.state == "0 / 40 / -40"


def test_what_was_refunded_before_is_missing_and_becomes_something_to_pay(desk: Desk) -> None:
    desk.receive("L1", 60)
    desk.refund("L1", 60)
    desk.look()

    out = begun_elsewhere(desk, "L1", 10)

    assert desk.posted() == ["CB D 411000 10 / C 517100 10"]
    assert (out.missing, desk.state) == (euros(10), "0 / 10 / -10")


def test_a_hold_without_money_behind_it_ends(desk: Desk) -> None:
    desk.receive("L1", 60)
    hold(desk, "L1", 40, "ours")

    begun_elsewhere(desk, "L1", 60)

    assert selectors.holds_named("ours") == {}
    assert desk.state == "0 / 0 / 0"


def test_a_refund_out_of_kept_money_pays_nothing_meanwhile(desk: Desk) -> None:
    desk.receive("L1", 60)
    hold(desk, "L1", 60, "credit_note:AV1:7")
    desk.invoice("FA1", 50, ("445711", 10))
    desk.look()

    hold(desk, "L1", 40, "refund:1", out_of="credit_note:AV1:7")
    hold(desk, "L1", 40, "refund:1", out_of="credit_note:AV1:7")  # repeated

    assert desk.posted() == []
    assert selectors.holds_named("") == {
        "credit_note:AV1:7:rest:refund:1": euros(20),
        "refund:1": euros(40),
    }
    assert desk.available == "0"


def test_more_than_is_kept_is_taken_from_what_is_free_or_refused_whole(desk: Desk) -> None:
    desk.receive("L1", 60)
    hold(desk, "L1", 40, "kept")

    with pytest.raises(services.NotEnough):
        hold(desk, "L1", 61, "refund:1", out_of="kept")
    with pytest.raises(services.NotEnough):
        hold(desk, "L1", 10, "refund:1", out_of="nothing")
    assert selectors.holds_named("") == {"kept": euros(40)}

    hold(desk, "L1", 60, "refund:1", out_of="kept")
    assert selectors.holds_named("") == {"refund:1": euros(60)}


def test_money_that_comes_back_to_be_kept_pays_nothing(desk: Desk) -> None:
    desk.receive("L1", 60)
    out = desk.refund("L1", 60)
    desk.invoice("FA1", 50, ("445711", 10))
    desk.look()

    restore_twice(desk, "L1", out, "kept")

    assert desk.posted() == ["CB D 517100 60 / C 419100 60"]
    assert (desk.state, desk.available) == ("60 / 60 / 0", "0")
    assert selectors.held_lots(desk.customer.pk, "kept") == [
        selectors.HeldLot(desk.lots["L1"], euros(60), f"kept:{desk.lots['L1']}")
    ]


def test_what_is_in_flight_is_told_oldest_first(desk: Desk) -> None:
    desk.receive("L1", 60)
    hold(desk, "L1", 40, "refund:1")
    services.hold_incoming(desk.customer.pk, euros(5), key="card", reason="payment", at=desk.at)

    told = [(each.direction, each.reason, each.amount) for each in selectors.money_in_flight(desk.customer.pk)]
    assert told == [("OUT", "refund", euros(40)), ("IN", "payment", euros(5))]


def test_a_lot_is_found_by_its_id_with_what_is_free_of_it(desk: Desk) -> None:
    desk.receive("L1", 60)
    hold(desk, "L1", 40, "refund:1")

    lot = selectors.get_lot(desk.lots["L1"])
    assert (lot.remaining, lot.free, lot.refundable_to) == (euros(60), euros(20), "source of L1")
    assert selectors.owner_of(lot.id) == desk.customer.pk
    for ask in (selectors.get_lot, selectors.owner_of):
        with pytest.raises(LookupError):
            ask(0)
