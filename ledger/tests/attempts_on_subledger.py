"""Wrong lots, items, allocations, VAT shares, holds and proofs, each refused by one guard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.tests.guard_world import FRESH, MOMENT, World, attempt

if TYPE_CHECKING:
    pass


# --- Lots -------------------------------------------------------------------------------------------------------------
@attempt("ledger_lot_origin_known")
def money_of_unknown_origin(world: World) -> None:
    world.new_lot(origin="MATTRESS")


@attempt("ledger_lot_positive")
def a_lot_of_nothing(world: World) -> None:
    world.new_lot(amount_cents=0, remaining_cents=0)


@attempt("ledger_lot_starts_full")
def a_lot_that_starts_in_part_spent(world: World) -> None:
    world.new_lot(remaining_cents=99)


@attempt("ledger_lot_starts_full")
def a_lot_that_no_leg_brings(world: World) -> None:
    world.new_lot(leg=False)


@attempt("ledger_lot_remaining_within")
def a_lot_with_more_than_it_received(world: World) -> None:
    world.insert("lotmovement", tx_id=FRESH, lot_id=world.lot, kind="REVERSED", amount_cents=-(10**6))


@attempt("ledger_lot_counted")
def a_lot_changed_without_a_row(world: World) -> None:
    world.sql("UPDATE ledger_lot SET remaining_cents = remaining_cents - 1 WHERE id = %s", world.lot)


@attempt("ledger_lot_counted")
def a_lot_spent_below_what_is_held_on_it(world: World) -> None:
    world.insert("lotmovement", tx_id=FRESH, lot_id=world.lot, kind="REVERSED", amount_cents=110_00)


@attempt("ledger_lot_counted")
def a_lot_whose_source_is_rewritten(world: World) -> None:
    world.sql("UPDATE ledger_lot SET refundable_to = 'my own card' WHERE id = %s", world.lot)


@attempt("ledger_lot_sealed")
def a_lot_after_the_header(world: World) -> None:
    world.new_lot(leg=False, tx_id=world.arrival)


@attempt("ledger_lot_movement_not_zero")
def a_movement_of_nothing(world: World) -> None:
    world.insert("lotmovement", tx_id=FRESH, lot_id=world.lot, kind="REFUNDED", amount_cents=0)


@attempt("ledger_lot_movement_kind_known")
def a_movement_of_unknown_kind(world: World) -> None:
    world.insert("lotmovement", tx_id=FRESH, lot_id=world.lot, kind="LOST", amount_cents=100)


@attempt("ledger_lotmovement_sealed")
def a_movement_after_the_header(world: World) -> None:
    world.insert("lotmovement", tx_id=world.tx, lot_id=world.lot, kind="REFUNDED", amount_cents=100)


# --- Open items -------------------------------------------------------------------------------------------------------
@attempt("ledger_item_document_once")
def one_document_asked_twice(world: World) -> None:
    world.without("ledger_openitem_not_replaced")
    world.new_item(document_ref="FA1")


@attempt("ledger_item_kind_known")
def an_item_of_unknown_kind(world: World) -> None:
    world.new_item(kind="WISH")


@attempt("ledger_item_positive")
def an_item_of_nothing(world: World) -> None:
    world.new_item(amount_cents=0, open_cents=0)


@attempt("ledger_openitem_starts_whole")
def an_item_that_starts_in_part_paid(world: World) -> None:
    world.new_item(paid_cents=10, open_cents=90)


@attempt("ledger_openitem_starts_whole")
def an_item_that_no_leg_asks_for(world: World) -> None:
    world.new_item(leg=False)


@attempt("ledger_item_open_is_what_is_left")
def an_item_open_for_less_than_its_amount(world: World) -> None:
    world.new_item(open_cents=90)


@attempt("ledger_item_open_not_negative")
def an_item_credited_beyond_its_amount(world: World) -> None:
    world.allocate(amount_cents=10**6)


@attempt("ledger_openitem_counted")
def an_item_paid_without_a_row(world: World) -> None:
    world.sql("UPDATE ledger_openitem SET open_cents = 0, paid_cents = amount_cents WHERE id = %s", world.open_item)


@attempt("ledger_openitem_counted")
def an_item_whose_amount_is_rewritten(world: World) -> None:
    world.sql(
        "UPDATE ledger_openitem SET amount_cents = amount_cents - 1, open_cents = open_cents - 1 WHERE id = %s",
        world.open_item,
    )


@attempt("ledger_openitem_sealed")
def an_item_after_the_header(world: World) -> None:
    world.new_item(leg=False, tx_id=world.sale)


# --- Allocations ------------------------------------------------------------------------------------------------------
@attempt("ledger_allocation_kind_known")
def an_allocation_of_unknown_kind(world: World) -> None:
    world.allocate(kind="GIFT")


@attempt("ledger_allocation_one_source")
def money_from_no_lot(world: World) -> None:
    world.allocate(kind="MONEY", source_ref="")


@attempt("ledger_allocation_one_source")
def a_credit_note_without_a_name(world: World) -> None:
    world.allocate(source_ref="")


@attempt("ledger_allocation_undo_names_original")
def an_undoing_of_nothing_in_particular(world: World) -> None:
    world.allocate(amount_cents=-1)


@attempt("ledger_allocation_undo_names_original")
def a_payment_that_claims_to_undo(world: World) -> None:
    world.allocate(
        kind="MONEY", source_ref="", lot_id=world.lot, item_id=world.item, amount_cents=1, reverses_id=world.payment
    )


@attempt("ledger_allocation_fits")
def money_of_one_customer_for_the_item_of_another(world: World) -> None:
    world.allocate(kind="MONEY", source_ref="", lot_id=world.lot, amount_cents=1)


@attempt("ledger_allocation_fits")
def an_undoing_of_more_than_was_given(world: World) -> None:
    world.allocate(
        kind="MONEY",
        source_ref="",
        lot_id=world.lot,
        item_id=world.item,
        amount_cents=-60_01,
        reverses_id=world.payment,
    )


@attempt("ledger_allocation_sealed")
def an_allocation_after_the_header(world: World) -> None:
    world.allocate(tx_id=world.tx)


# --- VAT that waits for the money -------------------------------------------------------------------------------------
@attempt("ledger_vat_share_once")
def two_shares_at_one_place(world: World) -> None:
    world.without("ledger_vatshare_not_replaced")
    world.sql(
        "INSERT INTO ledger_vatshare (item_id, seq, waiting_account_id, due_account_id, vat_cents, released_cents)"
        " SELECT item_id, seq, waiting_account_id, due_account_id, 0, 0 FROM ledger_vatshare WHERE id = %s", world.share
    )  # fmt: skip


@attempt("ledger_vatshare_starts_empty")
def a_share_that_starts_with_vat(world: World) -> None:
    world.insert(
        "vatshare", item_id=world.item, seq=1, waiting_account_id="445870", due_account_id="445711", vat_cents=1,
        released_cents=0,
    )  # fmt: skip


@attempt("ledger_vat_released_within")
def more_vat_released_than_there_is(world: World) -> None:
    world.insert("vatmovement", tx_id=FRESH, share_id=world.share, vat_cents=0, released_cents=10**6)


@attempt("ledger_vatshare_counted")
def vat_released_without_a_row(world: World) -> None:
    world.sql("UPDATE ledger_vatshare SET released_cents = 0 WHERE id = %s", world.share)


@attempt("ledger_vatshare_counted")
def a_share_that_changes_account(world: World) -> None:
    world.sql("UPDATE ledger_vatshare SET due_account_id = '445712' WHERE id = %s", world.share)


@attempt("ledger_vat_movement_not_zero")
def a_vat_movement_of_nothing(world: World) -> None:
    world.insert("vatmovement", tx_id=FRESH, share_id=world.share, vat_cents=0, released_cents=0)


@attempt("ledger_vatmovement_sealed")
def a_vat_movement_after_the_header(world: World) -> None:
    world.insert("vatmovement", tx_id=world.tx, share_id=world.share, vat_cents=1, released_cents=0)


# --- Holds ------------------------------------------------------------------------------------------------------------
@attempt("ledger_hold_key_once")
def one_hold_placed_twice(world: World) -> None:
    world.without("ledger_hold_not_replaced")
    world.place(key="hold", amount_cents=1)


@attempt("ledger_hold_positive")
def a_hold_of_nothing(world: World) -> None:
    world.place(amount_cents=0)


@attempt("ledger_hold_direction_known")
def a_hold_that_goes_nowhere(world: World) -> None:
    world.place(direction="UP")


@attempt("ledger_hold_lot_goes_out")
def incoming_money_on_a_lot(world: World) -> None:
    world.place(direction="IN", lot_id=world.lot)


@attempt("ledger_hold_fits")
def more_held_on_a_lot_than_remains(world: World) -> None:
    world.place(lot_id=world.lot, amount_cents=120_00)


@attempt("ledger_hold_fits")
def a_hold_on_the_lot_of_another(world: World) -> None:
    world.place(lot_id=world.lot, customer_id=world.other)


@attempt("ledger_hold_fits")
def a_hold_that_was_over_before_it_began(world: World) -> None:
    world.place(released_at=MOMENT)


@attempt("ledger_hold_only_ends")
def a_hold_that_changes_its_amount(world: World) -> None:
    world.sql("UPDATE ledger_hold SET amount_cents = 1 WHERE id = %s", world.hold)


@attempt("ledger_hold_only_ends")
def a_hold_that_ends_twice(world: World) -> None:
    for _ in range(2):
        world.sql("UPDATE ledger_hold SET released_at = %s WHERE id = %s", MOMENT, world.hold)


# --- Proof ------------------------------------------------------------------------------------------------------------
@attempt("ledger_event_has_a_kind")
def a_fact_without_a_kind(world: World) -> None:
    world.insert("sealedevent", kind="", payload="{}", recorded_at=MOMENT)


@attempt("ledger_month_closed_once")
def a_month_closed_twice(world: World) -> None:
    world.without("ledger_closedmonth_not_replaced")
    world.insert("closedmonth", year=2026, month=9, closed_at=MOMENT)


@attempt("ledger_month_of_the_year")
def a_thirteenth_month(world: World) -> None:
    world.insert("closedmonth", year=2026, month=13, closed_at=MOMENT)
