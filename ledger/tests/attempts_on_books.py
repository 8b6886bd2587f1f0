"""Wrong headers, legs, lines of the statement and balances, each refused by one guard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.tests.guard_world import FRESH, World, attempt, check_now

if TYPE_CHECKING:
    pass


# --- The header -------------------------------------------------------------------------------------------------------
@attempt("ledger_tx_key_once")
def a_key_posted_twice(world: World) -> None:
    world.without("ledger_tx_not_replaced")
    world.house(key="again")
    world.house(id=FRESH + 1, key="again")


@attempt("ledger_tx_reversed_once")
def a_transaction_reversed_twice(world: World) -> None:
    world.without("ledger_tx_not_replaced")
    world.house(reverses_id=world.tx)
    world.house(id=FRESH + 1, key="other", reverses_id=world.tx)


@attempt("ledger_tx_journal_known")
def an_unknown_journal(world: World) -> None:
    world.house(journal="XX")


@attempt("ledger_tx_kind_known")
def an_unknown_kind(world: World) -> None:
    world.house(kind="GIFT")


@attempt("ledger_tx_says_what")
def no_label(world: World) -> None:
    world.house(label="")


@attempt("ledger_tx_says_what")
def no_document(world: World) -> None:
    world.house(piece_ref="")


@attempt("ledger_tx_key_given")
def no_key(world: World) -> None:
    world.house(key="")


@attempt("ledger_tx_effective_by_its_recording")
def an_effect_after_the_recording(world: World) -> None:
    world.house(effective_on="2026-12-01")


@attempt("ledger_tx_balanced")
def debits_that_are_not_credits(world: World) -> None:
    world.leg(1, "627800", 100)
    world.leg(2, "517100", -99)
    world.header()


@attempt("ledger_tx_balanced")
def a_transaction_of_one_leg(world: World) -> None:
    world.leg(1, "627800", 100)
    world.header()


@attempt("ledger_tx_balanced")
def a_transaction_without_legs(world: World) -> None:
    world.header()


@attempt("ledger_tx_balanced")
def an_account_that_the_chart_has_not(world: World) -> None:
    world.leg(1, "999999", 100)
    world.leg(2, "517100", -100)
    world.header()


@attempt("ledger_tx_on_statement")
def a_line_that_says_something_else(world: World) -> None:
    world.top_up(line={"label": "something else"})


@attempt("ledger_tx_on_statement")
def a_line_of_another_day(world: World) -> None:
    world.top_up(line={"date": "2026-11-29"})


@attempt("ledger_tx_on_statement")
def a_line_of_another_kind(world: World) -> None:
    world.top_up(line={"kind": "REFUND"})


@attempt("ledger_tx_agrees")
def money_without_a_lot(world: World) -> None:
    world.top_up(lot=False)


@attempt("ledger_tx_agrees")
def a_balance_that_moves_by_something_else(world: World) -> None:
    world.top_up(moved=101)


@attempt("ledger_tx_month_open")
def a_transaction_in_a_closed_month(world: World) -> None:
    world.house(effective_on="2026-09-30")


# --- Legs -------------------------------------------------------------------------------------------------------------
@attempt("ledger_entry_not_zero")
def a_leg_of_nothing(world: World) -> None:
    world.leg(1, "517100", 0)


@attempt("ledger_entry_names_its_customer")
def a_leg_on_prepaid_of_nobody(world: World) -> None:
    world.leg(1, "419100", 100)


@attempt("ledger_entry_names_its_customer")
def a_leg_on_receivable_of_nobody(world: World) -> None:
    world.leg(1, "411000", 100)


@attempt("ledger_entry_pkey")
def the_same_leg_twice(world: World) -> None:
    world.leg(1, "517100", 100)
    world.leg(1, "517100", 100)


@attempt("ledger_entry_sealed")
def a_leg_after_the_header(world: World) -> None:
    world.house()
    world.leg(3, "627800", 5)


@attempt("ledger_entry_has_its_header", on=["postgresql"])
@attempt("ledger_entry_tx_fk", on=["sqlite"])
def legs_without_a_header(world: World) -> None:
    world.leg(1, "627800", 100)
    world.leg(2, "517100", -100)
    check_now()


# --- Lines of the statement -------------------------------------------------------------------------------------------
@attempt("ledger_statement_once")
def two_lines_for_one_transaction(world: World) -> None:
    world.without("ledger_statementrow_not_replaced")
    world.leg(1, "419100", -100, world.customer)
    world.line()
    world.line(version=world.version + 2, balance_after_cents=world.balance - 200)


@attempt("ledger_statementrow_pkey")
def two_lines_at_the_same_place(world: World) -> None:
    world.without("ledger_statementrow_not_replaced")
    world.leg(1, "419100", -100, world.customer)
    world.leg(1, "419100", -100, world.customer, tx=FRESH + 1)
    world.line()
    world.line(tx_id=FRESH + 1)


@attempt("ledger_statement_moves")
def a_line_that_moves_nothing(world: World) -> None:
    world.leg(1, "419100", -100, world.customer)
    world.leg(2, "411000", 100, world.customer)
    world.line(net_cents=0, balance_after_cents=world.balance)


@attempt("ledger_statement_kind_shown")
def a_line_of_a_hidden_kind(world: World) -> None:
    world.leg(1, "419100", -100, world.customer)
    world.line(kind="SETTLEMENT")


@attempt("ledger_statementrow_follows")
def a_line_that_is_not_the_sum_of_its_legs(world: World) -> None:
    world.leg(1, "419100", -100, world.customer)
    world.line(net_cents=-99, balance_after_cents=world.balance - 99)


@attempt("ledger_statementrow_follows")
def a_line_that_does_not_follow_the_one_before(world: World) -> None:
    world.leg(1, "419100", -100, world.customer)
    world.line(balance_after_cents=world.balance - 101)


@attempt("ledger_statementrow_follows")
def a_line_after_a_gap(world: World) -> None:
    world.leg(1, "419100", -100, world.customer)
    world.line(version=world.version + 2)


@attempt("ledger_statementrow_sealed")
def a_line_after_the_header(world: World) -> None:
    world.line(tx_id=world.settlement, net_cents=0, balance_after_cents=world.balance)


# --- Balances ---------------------------------------------------------------------------------------------------------
@attempt("ledger_prepaid_covers_outgoing")
def prepaid_on_its_wrong_side(world: World) -> None:
    world.sql("UPDATE ledger_customerbalance SET prepaid_cents = 1 WHERE customer_id = %s", world.other)


@attempt("ledger_prepaid_covers_outgoing")
def more_held_than_there_is(world: World) -> None:
    world.place(amount_cents=10**9)


@attempt("ledger_receivable_not_credit")
def receivable_on_its_wrong_side(world: World) -> None:
    world.sql("UPDATE ledger_customerbalance SET receivable_cents = -1 WHERE customer_id = %s", world.customer)


@attempt("ledger_incoming_not_negative")
def less_than_nothing_on_its_way_in(world: World) -> None:
    world.sql("UPDATE ledger_customerbalance SET incoming_cents = -1 WHERE customer_id = %s", world.customer)


@attempt("ledger_outgoing_not_negative")
def less_than_nothing_on_its_way_out(world: World) -> None:
    world.sql("UPDATE ledger_customerbalance SET outgoing_cents = -1 WHERE customer_id = %s", world.customer)


@attempt("ledger_customerbalance_starts_empty")
def a_customer_who_starts_with_money(world: World) -> None:
    world.insert(
        "customerbalance", customer_id=FRESH, prepaid_cents=-1, receivable_cents=0, incoming_cents=0, outgoing_cents=0,
        version=0,
    )  # fmt: skip


@attempt("ledger_customerbalance_pkey")
def two_balances_of_one_customer(world: World) -> None:
    world.without("ledger_customerbalance_not_replaced")
    world.insert(
        "customerbalance", customer_id=world.customer, prepaid_cents=0, receivable_cents=0, incoming_cents=0,
        outgoing_cents=0, version=0,
    )  # fmt: skip


@attempt("ledger_account_pkey")
def two_accounts_of_one_code(world: World) -> None:
    world.without("ledger_account_not_replaced")
    world.insert("account", code="512000", name="another bank")
