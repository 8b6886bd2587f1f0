"""For each guard of the database, the wrong thing that only it refuses.

An attempt writes with plain SQL, as somebody at a database shell would, and breaks one promise. Where two guards
overlap, the name in the error tells which one spoke.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from ledger.tests import attempts_on_books, attempts_on_proof, attempts_on_subledger
from ledger.tests.desk import euros
from ledger.tests.guard_world import BOTH, FRESH, MOMENT, World, attempt

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


REGISTERED = (attempts_on_books, attempts_on_proof, attempts_on_subledger)
"""Importing them fills ATTEMPTS."""

# --- Never changed, never deleted, never emptied, never replaced ------------------------------------------------------
APPEND_ONLY = (
    "tx", "entry", "statementrow", "allocation", "lotmovement", "vatmovement", "sealedevent", "closedmonth", "link",
    "closing",
)  # fmt: skip
STAYS = ("account", "customerbalance", "lot", "openitem", "vatshare", "hold")
_TOUCHED = {
    "tx": "label = 'x'", "entry": "amount_cents = 7", "statementrow": "label = 'x'", "allocation": "source_ref = 'x'",
    "lotmovement": "kind = 'MOVED'", "vatmovement": "vat_cents = 7", "sealedevent": "kind = 'x'",
    "closedmonth": "month = 8", "link": "sealed_at = '2026-01-01 00:00:00+00:00'", "closing": "signature = 'x'",
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
    "link": "position = 1", "closing": "kind = 'DAY'",
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
    "link": {"position": "(SELECT max(position) + 1 FROM ledger_link)"},
    "closing": {
        "starts_on": "date(ends_on, '+1 day')",
        "ends_on": "date(ends_on, '+1 day')",
        "first_position": "last_position + 1",
    },
    "customerbalance": dict.fromkeys(
        ("prepaid_cents", "receivable_cents", "incoming_cents", "outgoing_cents", "version"), "0"
    ),
}
"""What makes the row look new to the other triggers."""


def _replace(table: str, where: str) -> Callable[[World], None]:
    def a_row_replaced(world: World) -> None:
        world.leg(1, "419100", -100, world.customer)
        world.leg(2, "411000", 100, world.customer)
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
