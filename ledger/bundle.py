"""What one call of the ledger writes: postings with their legs, and the lots, items and allocations that they move.

A bundle may name its own new lots and items before they have an id: -1 is its first new lot (or item), -2 the second.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.clock import local_date
from ledger.chart import PREPAID, RECEIVABLE
from ledger.kinds import HiddenKind, ItemKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from core.money import Money
    from ledger.kinds import AllocationKind, Direction, Journal, LotMovementKind, Origin

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Leg:
    """One entry to be; a positive amount is a debit."""

    account: str
    amount: Money
    customer_id: int | None = None


def debit(account: str, amount: Money, customer_id: int | None = None) -> Leg:
    return Leg(account, amount, customer_id)


def credit(account: str, amount: Money, customer_id: int | None = None) -> Leg:
    return Leg(account, -amount, customer_id)


@dataclass(frozen=True, slots=True)
class Source:
    """Where money came from, and where it may go back: `pi_123`, `stripe:pi_123`; "" when nowhere is known."""

    origin: Origin
    reference: str
    refundable_to: str = ""


@dataclass(frozen=True, slots=True)
class NewLot:
    customer_id: int
    amount: Money
    source: Source
    received_on: date
    moved_from: int | None = None


@dataclass(frozen=True, slots=True)
class NewItem:
    """An item to pay; `shares` are the (waiting account, due account) pairs of its VAT on encaissements."""

    customer_id: int
    document_ref: str
    amount: Money
    issued_on: date
    due_date: date
    kind: ItemKind = ItemKind.INVOICE
    settles_by_itself: bool = True
    shares: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class NewAllocation:
    item: int
    kind: AllocationKind
    cents: int
    lot: int | None = None
    source_ref: str = ""
    reverses: int | None = None


@dataclass(frozen=True, slots=True)
class NewLotMovement:
    lot: int
    kind: LotMovementKind
    cents: int


@dataclass(frozen=True, slots=True)
class NewVatMovement:
    item: int
    seq: int
    vat_cents: int = 0
    released_cents: int = 0


@dataclass(frozen=True, slots=True)
class NewHold:
    customer_id: int
    direction: Direction
    amount: Money
    key: str
    reason: str
    lot: int | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One transaction to be, in one journal, and what it moves below the two customer accounts.

    Without `effective_on` it takes effect on the day it is posted.
    """

    journal: Journal
    kind: str = HiddenKind.HOUSE
    label: str
    piece_ref: str
    piece_date: date
    effective_on: date | None = None
    legs: tuple[Leg, ...]
    key: str
    customer_id: int | None = None
    reverses: int | None = None
    actor: str = ""
    fingerprint: str = ""
    lots: tuple[NewLot, ...] = ()
    items: tuple[NewItem, ...] = ()
    allocations: tuple[NewAllocation, ...] = ()
    movements: tuple[NewLotMovement, ...] = ()
    vat: tuple[NewVatMovement, ...] = ()

    @property
    def body(self) -> str:
        """The fingerprint of what is asked. Labels and dates may differ when a request is repeated the day after."""
        legs = [(leg.account, leg.amount.cents, leg.customer_id) for leg in self.legs]
        return self.fingerprint or fingerprint(
            self.journal, self.kind, self.piece_ref, legs, self.customer_id, self.reverses
        )


@dataclass(frozen=True, slots=True)
class Bundle:
    """All that one call writes, at one moment, in one database transaction."""

    postings: Sequence[Posting]
    at: datetime
    placed: Sequence[NewHold] = ()
    released: Sequence[str] = ()
    customers: list[int] = field(init=False)

    def __post_init__(self) -> None:
        named = {leg.customer_id for posting in self.postings for leg in posting.legs if leg.customer_id is not None}
        object.__setattr__(self, "customers", sorted(named | {hold.customer_id for hold in self.placed}))

    def rows(self) -> dict[str, Any]:
        """The rows of each table, as plain values; empty tables are left out. `n` counts transactions from 1."""
        numbered, today = list(enumerate(self.postings, start=1)), local_date(self.at)
        tables: dict[str, list[Row]] = {
            "txs": [_tx(n, posting, today) for n, posting in numbered],
            "lots": [_lot(n, lot) for n, posting in numbered for lot in posting.lots],
            "items": [_item(n, item) for n, posting in numbered for item in posting.items],
            "shares": list(_shares(item for posting in self.postings for item in posting.items)),
            "allocations": [_allocation(n, a) for n, posting in numbered for a in posting.allocations],
            "movements": [
                {"n": n, "lot": m.lot, "kind": str(m.kind), "cents": m.cents} for n, p in numbered for m in p.movements
            ],
            "vat": [
                {"n": n, "item": v.item, "seq": v.seq, "vat": v.vat_cents, "released": v.released_cents}
                for n, posting in numbered
                for v in posting.vat
            ],
            "held": [_hold(hold) for hold in self.placed],
        }
        filled: dict[str, Any] = {name: rows for name, rows in tables.items() if rows}
        if self.released:
            filled["released"] = list(self.released)
        return filled | {"customers": self.customers, "at": self.at.isoformat()}


def fingerprint(*parts: object) -> str:
    """What was asked, in a canonical form, as 128 bits."""
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _tx(n: int, posting: Posting, today: date) -> Row:
    return {
        "n": n,
        "journal": str(posting.journal),
        "kind": str(posting.kind),
        "label": posting.label,
        "piece_ref": posting.piece_ref,
        "piece_date": posting.piece_date.isoformat(),
        "effective_on": (posting.effective_on or today).isoformat(),
        "customer": posting.customer_id,
        "key": posting.key,
        "fingerprint": posting.body,
        "reverses": posting.reverses,
        "actor": posting.actor,
        "legs": [[leg.account, leg.amount.cents, leg.customer_id] for leg in posting.legs],
        "moved": _moved(posting.legs),
    }


def _moved(legs: Iterable[Leg]) -> list[list[int]]:
    """What each customer's two accounts move by: customer, prepaid, receivable."""
    moved: dict[int, list[int]] = {}
    for leg in legs:
        if leg.account in (PREPAID, RECEIVABLE) and leg.customer_id is not None:
            sums = moved.setdefault(leg.customer_id, [leg.customer_id, 0, 0])
            sums[1 if leg.account == PREPAID else 2] += leg.amount.cents
    return list(moved.values())


def _lot(n: int, lot: NewLot) -> Row:
    return {
        "n": n,
        "customer": lot.customer_id,
        "origin": str(lot.source.origin),
        "reference": lot.source.reference,
        "refundable_to": lot.source.refundable_to,
        "received_on": lot.received_on.isoformat(),
        "cents": lot.amount.cents,
        "moved_from": lot.moved_from,
    }


def _item(n: int, item: NewItem) -> Row:
    return {
        "n": n,
        "customer": item.customer_id,
        "document_ref": item.document_ref,
        "kind": str(item.kind),
        "issued_on": item.issued_on.isoformat(),
        "due_date": item.due_date.isoformat(),
        "cents": item.amount.cents,
        "settles_by_itself": item.settles_by_itself,
    }


def _shares(items: Iterable[NewItem]) -> Iterable[Row]:
    for place, item in enumerate(items, start=1):
        for seq, (waiting, due) in enumerate(item.shares, start=1):
            yield {"item": -place, "seq": seq, "waiting": waiting, "due": due}


def _allocation(n: int, allocation: NewAllocation) -> Row:
    return {
        "n": n,
        "item": allocation.item,
        "kind": str(allocation.kind),
        "lot": allocation.lot,
        "source_ref": allocation.source_ref,
        "cents": allocation.cents,
        "reverses": allocation.reverses,
    }


def _hold(hold: NewHold) -> Row:
    return {
        "customer": hold.customer_id,
        "direction": str(hold.direction),
        "cents": hold.amount.cents,
        "key": hold.key,
        "reason": hold.reason,
        "lot": hold.lot,
        "expires_at": hold.expires_at.isoformat() if hold.expires_at else None,
    }
