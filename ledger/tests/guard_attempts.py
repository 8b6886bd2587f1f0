"""For each guard of the database, the wrong thing that only it refuses.

An attempt writes with plain SQL, as somebody at a database shell would, and breaks one promise. Where two guards
overlap, the name in the error tells which one spoke.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection

from ledger import services
from ledger.models import Allocation, Hold, Lot, LotMovement, OpenItem, StatementRow, Tx, VatMovement, VatShare
from ledger.tests.desk import TODAY, Desk, euros

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from accounts.models import Customer

MOMENT = "2026-11-30 11:00:00+00:00"
FRESH = 900_001
"""The id of the transaction that an attempt writes."""
Attempt = "Callable[[World], None]"
BOTH = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True)
class Try:
    """One attempt; `guard` names the trigger, check or key that must refuse it."""

    guard: str
    run: Callable[[World], None]
    engines: Sequence[str]


ATTEMPTS: list[Try] = []


def attempt(*guards: str, on: Sequence[str] = BOTH) -> Callable[[Callable[[World], None]], Callable[[World], None]]:
    def registered(run: Callable[[World], None]) -> Callable[[World], None]:
        ATTEMPTS.extend(Try(guard, run, on) for guard in guards)
        return run

    return registered


class World:
    """Two customers, and a row of every table: a lot in part spent, an item in part paid, a hold, VAT that waits."""

    def __init__(self, customer: Customer, other: Customer) -> None:
        desk, stranger = Desk(customer), Desk(other)
        desk.invoice("FA0", 50, ("445711", 10), encaissements=True)
        desk.receive("L0", 40)
        desk.invoice("FA1", 50, ("445711", 10))
        desk.receive("L1", 200)
        stranger.invoice("FB1", 60)
        services.record("proof", {}, at=desk.at)
        services.close_month(TODAY.replace(month=9), at=desk.at)
        desk.ask_refund("L1", 30, "hold")
        desk.refund("L1", 10)
        self.customer, self.other, self.desk = customer.pk, other.pk, desk
        self.lot = Lot.objects.get(reference="L1").pk
        self.item = OpenItem.objects.get(document_ref="FA1").pk
        self.open_item = OpenItem.objects.get(document_ref="FB1").pk
        self.share = VatShare.objects.get().pk
        self.hold = Hold.objects.get().pk
        self.payment = Allocation.objects.filter(lot=self.lot, item=self.item).get().pk
        self.tx = Tx.objects.filter(customer=customer).latest("pk").pk
        self.settlement = Tx.objects.filter(customer=customer, kind="SETTLEMENT").latest("pk").pk
        self.movement, self.vat = LotMovement.objects.latest("pk").pk, VatMovement.objects.latest("pk").pk
        last = StatementRow.objects.filter(customer=customer).latest("version")
        self.version, self.balance = last.version, last.balance_after_cents
        check_now()

    def sql(self, text: str, *params: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(text, params)

    def insert(self, table: str, **values: Any) -> None:
        names, marks = ", ".join(values), ", ".join(["%s"] * len(values))
        self.sql(f"INSERT INTO ledger_{table} ({names}) VALUES ({marks})", *values.values())

    def leg(self, seq: int, account: str, cents: int, customer: int | None = None, tx: int = FRESH) -> None:
        self.insert("entry", tx_id=tx, seq=seq, account_id=account, customer_id=customer, amount_cents=cents)

    def header(self, **changed: Any) -> None:
        values: dict[str, Any] = {
            "id": FRESH, "journal": "CB", "kind": "HOUSE", "label": "label", "piece_ref": "piece",
            "piece_date": TODAY.isoformat(),
            "effective_on": TODAY.isoformat(), "recorded_at": MOMENT, "customer_id": None, "key": "fresh",
            "fingerprint": b"x", "reverses_id": None, "actor": "",
        }  # fmt: skip
        self.insert("tx", **(values | changed))

    def house(self, **header: Any) -> None:
        """A house entry, right but for what its header changes."""
        tx = header.get("id", FRESH)
        self.leg(1, "627800", 100, tx=tx)
        self.leg(2, "517100", -100, tx=tx)
        self.header(**header)

    def line(self, **changed: Any) -> None:
        values: dict[str, Any] = {
            "customer_id": self.customer, "version": self.version + 1, "tx_id": FRESH, "net_cents": -100,
            "balance_after_cents": self.balance - 100, "date": TODAY.isoformat(), "year": TODAY.year, "kind": "TOP_UP",
            "label": "label", "piece_ref": "piece",
        }  # fmt: skip
        self.insert("statementrow", **(values | changed))

    def new_lot(self, **changed: Any) -> None:
        values: dict[str, Any] = {
            "customer_id": self.customer, "tx_id": FRESH, "origin": "CARD", "reference": "r", "refundable_to": "",
            "received_on": TODAY.isoformat(), "amount_cents": 100, "remaining_cents": 100,
        }  # fmt: skip
        self.insert("lot", **(values | changed))

    def new_item(self, **changed: Any) -> None:
        values: dict[str, Any] = {
            "customer_id": self.customer, "tx_id": FRESH, "document_ref": "FX", "kind": "INVOICE",
            "issued_on": TODAY.isoformat(),
            "due_date": TODAY.isoformat(), "amount_cents": 100, "paid_cents": 0, "credited_cents": 0,
            "written_off_cents": 0, "open_cents": 100, "settles_by_itself": True, "disputed": False,
        }  # fmt: skip
        self.insert("openitem", **(values | changed))

    def top_up(self, *, lot: bool = True, moved: int = 100, line: dict[str, Any] | None = None, **header: Any) -> None:
        """Money in of 1.00, right but for what is changed."""
        self.leg(1, "517100", 100)
        self.leg(2, "419100", -100, self.customer)
        self.line(**(line or {}))
        self.sql(
            "UPDATE ledger_customerbalance SET prepaid_cents = prepaid_cents - %s, version = version + 1"
            " WHERE customer_id = %s", moved, self.customer
        )  # fmt: skip
        if lot:
            self.new_lot()
        self.header(**({"kind": "TOP_UP", "customer_id": self.customer} | header))

    def allocate(self, **changed: Any) -> None:
        values: dict[str, Any] = {
            "tx_id": FRESH, "item_id": self.open_item, "kind": "CREDIT_NOTE", "lot_id": None, "source_ref": "AV",
            "amount_cents": 100,
            "reverses_id": None,
        }  # fmt: skip
        self.insert("allocation", **(values | changed))

    def place(self, **changed: Any) -> None:
        values: dict[str, Any] = {
            "customer_id": self.customer, "direction": "OUT", "amount_cents": 100, "key": "another", "reason": "r",
            "lot_id": None,
            "placed_at": MOMENT, "expires_at": None, "released_at": None,
        }  # fmt: skip
        self.insert("hold", **(values | changed))

    def without(self, trigger: str) -> None:
        """SQLite: put aside the trigger that speaks before the key does."""
        if connection.vendor == "sqlite":
            self.sql(f"DROP TRIGGER IF EXISTS {trigger}")

    def replace(self, table: str, where: str, changed: dict[str, str]) -> None:
        """INSERT OR REPLACE a row by itself, from a plain shell of SQLite, which does not say recursive_triggers."""
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA table_info(ledger_{table})")
            columns = [row[1] for row in cursor.fetchall()]
        select = ", ".join(changed.get(column, column) for column in columns)
        self.sql("PRAGMA recursive_triggers = OFF")
        try:
            self.sql(f"INSERT OR REPLACE INTO ledger_{table} SELECT {select} FROM ledger_{table} WHERE {where}")
        finally:
            self.sql("PRAGMA recursive_triggers = ON")


def check_now() -> None:
    """Ask what is deferred until the commit."""
    connection.check_constraints()


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
    world.new_lot(tx_id=world.tx)


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
    world.new_item(tx_id=world.tx)


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


# --- Never changed, never deleted, never emptied, never replaced ------------------------------------------------------
APPEND_ONLY = ("tx", "entry", "statementrow", "allocation", "lotmovement", "vatmovement", "sealedevent", "closedmonth")
STAYS = ("account", "customerbalance", "lot", "openitem", "vatshare", "hold")
_TOUCHED = {
    "tx": "label = 'x'", "entry": "amount_cents = 7", "statementrow": "label = 'x'", "allocation": "source_ref = 'x'",
    "lotmovement": "kind = 'MOVED'", "vatmovement": "vat_cents = 7", "sealedevent": "kind = 'x'",
    "closedmonth": "month = 8",
}  # fmt: skip


def _update(table: str) -> Callable[[World], None]:
    def rows_changed(world: World) -> None:
        world.sql(f"UPDATE ledger_{table} SET {_TOUCHED[table]}")

    return rows_changed


def _delete(table: str) -> Callable[[World], None]:
    def rows_deleted(world: World) -> None:
        world.sql(f"DELETE FROM ledger_{table}")

    return rows_deleted


def _truncate(table: str) -> Callable[[World], None]:
    def the_table_emptied(world: World) -> None:
        world.sql(f"TRUNCATE ledger_{table} CASCADE")

    return the_table_emptied


for name in APPEND_ONLY:
    attempt(f"ledger_{name}_append_only")(_update(name))
    attempt(f"ledger_{name}_append_only", on=["postgresql"])(_delete(name))
    attempt(f"ledger_{name}_stays", on=["sqlite"])(_delete(name))
for name in STAYS:
    attempt(f"ledger_{name}_stays")(_delete(name))
for name in (*APPEND_ONLY, *STAYS):
    attempt(f"ledger_{name}_no_truncate", on=["postgresql"])(_truncate(name))

_REPLACED = {
    "tx": "id = {tx}", "statementrow": "customer_id = {customer} AND version = 1", "openitem": "id = {item}",
    "hold": "id = {hold}", "vatshare": "id = {share}", "closedmonth": "month = 9",
    "customerbalance": "customer_id = {customer}", "account": "code = '512000'", "allocation": "id = {payment}",
    "lotmovement": "id = {movement}", "vatmovement": "id = {vat}", "lot": "id = {lot}", "sealedevent": "kind = 'proof'",
}  # fmt: skip


_AS_NEW = {
    "openitem": {
        "open_cents": "amount_cents",
        "paid_cents": "0",
        "credited_cents": "0",
        "written_off_cents": "0",
        "tx_id": str(FRESH),
    },
    "lot": {"remaining_cents": "amount_cents", "tx_id": str(FRESH)},
    "vatshare": {"vat_cents": "0", "released_cents": "0"},
    "customerbalance": dict.fromkeys(
        ("prepaid_cents", "receivable_cents", "incoming_cents", "outgoing_cents", "version"), "0"
    ),
}
"""What makes the row look new to the other triggers."""


def _replace(table: str, where: str) -> Callable[[World], None]:
    def a_row_replaced(world: World) -> None:
        world.replace(table, where.format(**vars(world)), _AS_NEW.get(table, {}))

    return a_row_replaced


for name, where in _REPLACED.items():
    attempt(f"ledger_{name}_not_replaced", on=["sqlite"])(_replace(name, where))


# --- What the triggers do themselves: seen by their effect ------------------------------------------------------------
def _seen(table: str, column: str, row: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM ledger_{table} WHERE id = %s", [row])
        (value,) = cursor.fetchone()
    return int(value)


def _held(world: World, column: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM ledger_customerbalance WHERE customer_id = %s", [world.customer])
        (value,) = cursor.fetchone()
    return int(value)


def an_allocation_lowers_its_item(world: World) -> bool:
    before = _seen("openitem", "open_cents", world.open_item)
    world.allocate(amount_cents=100)
    return _seen("openitem", "open_cents", world.open_item) == before - 100


def a_movement_lowers_its_lot(world: World) -> bool:
    before = _seen("lot", "remaining_cents", world.lot)
    world.insert("lotmovement", tx_id=FRESH, lot_id=world.lot, kind="REFUNDED", amount_cents=100)
    return _seen("lot", "remaining_cents", world.lot) == before - 100


def a_vat_movement_changes_its_share(world: World) -> bool:
    before = _seen("vatshare", "vat_cents", world.share)
    world.insert("vatmovement", tx_id=FRESH, share_id=world.share, vat_cents=100, released_cents=0)
    return _seen("vatshare", "vat_cents", world.share) == before + 100


def a_hold_is_counted(world: World) -> bool:
    before = _held(world, "incoming_cents")
    world.place(direction="IN")
    return _held(world, "incoming_cents") == before + 100


def a_hold_released_is_counted(world: World) -> bool:
    before = _held(world, "outgoing_cents")
    world.sql("UPDATE ledger_hold SET released_at = %s WHERE id = %s", MOMENT, world.hold)
    return _held(world, "outgoing_cents") == before - euros(30).cents


EFFECTS: dict[str, Callable[[World], bool]] = {
    "ledger_allocation_applied": an_allocation_lowers_its_item,
    "ledger_lotmovement_applied": a_movement_lowers_its_lot,
    "ledger_vatmovement_applied": a_vat_movement_changes_its_share,
    "ledger_hold_placed": a_hold_is_counted,
    "ledger_hold_released": a_hold_released_is_counted,
}

LOCKS: dict[str, Sequence[str]] = {
    "ledger_closedmonth_waits": ["postgresql"],
    "lock of the customer": BOTH,
    "lowest customer first": ["postgresql"],
    "missing customers made lowest first": ["postgresql"],
    "shared lock of the month": ["postgresql"],
}
"""Guards that only rivals can show: test_rivals.py."""
