"""A small world of rows in which to attempt wrong things, and the list of those attempts.

An attempt writes with plain SQL, as somebody at a database shell would, and breaks one promise. Where two guards
overlap, the name in the error tells which one spoke.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection

from ledger import services
from ledger.models import Allocation, Hold, Lot, LotMovement, OpenItem, StatementRow, Tx, VatMovement, VatShare
from ledger.tests.desk import TODAY, Desk

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
        services.close_periods(at=desk.at + timedelta(days=1))
        self.customer, self.other, self.desk = customer.pk, other.pk, desk
        self.lot = Lot.objects.get(reference="L1").pk
        self.item = OpenItem.objects.get(document_ref="FA1").pk
        self.open_item = OpenItem.objects.get(document_ref="FB1").pk
        self.share = VatShare.objects.get().pk
        self.hold = Hold.objects.get().pk
        self.payment = Allocation.objects.filter(lot=self.lot, item=self.item).get().pk
        self.tx = Tx.objects.filter(customer=customer).latest("pk").pk
        self.arrival, self.sale = Tx.objects.get(key="money:L1").pk, Tx.objects.get(key="document:FA1").pk
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

    def new_lot(self, *, leg: bool = True, **changed: Any) -> None:
        """A lot of 1.00, with the leg that brings it."""
        if leg:
            self.leg(2, "419100", -100, self.customer)
        values: dict[str, Any] = {
            "customer_id": self.customer, "tx_id": FRESH, "origin": "CARD", "reference": "r", "refundable_to": "",
            "received_on": TODAY.isoformat(), "amount_cents": 100, "remaining_cents": 100,
        }  # fmt: skip
        self.insert("lot", **(values | changed))

    def new_item(self, *, leg: bool = True, **changed: Any) -> None:
        """An item of 1.00, with the leg that asks for it."""
        if leg:
            self.leg(3, "411000", 100, self.customer)
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
            self.new_lot(leg=False)
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
