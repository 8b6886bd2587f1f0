"""Who pays what: pure functions, no database. Amounts are positive cents in the customer's sense.

The order is that of C. civ. 1342-10: what the payer named, then the oldest due; and our own rule for lots,
commissions first, then the oldest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.money import share
from ledger.kinds import ItemKind, Origin

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date


@dataclass(frozen=True, slots=True)
class LotMoney:
    """A lot and what is free of it: its remainder less what is held on it."""

    id: int
    free: int
    origin: str
    received_on: date


@dataclass(frozen=True, slots=True)
class Payable:
    """An open item, with what decides whether and when it may be paid."""

    id: int
    document_ref: str
    open: int
    due_date: date
    kind: str = ItemKind.INVOICE
    settles_by_itself: bool = True
    disputed: bool = False


@dataclass(frozen=True, slots=True)
class Naming:
    """What the payer named. `lot` names them (any lot when None); a kept lot pays nothing else."""

    documents: frozenset[str] = frozenset()
    lot: int | None = None
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Payment:
    """So many cents of a lot pay an item."""

    lot_id: int
    item_id: int
    cents: int


@dataclass(frozen=True, slots=True)
class MoneyAllocation:
    """A payment made earlier, less what was undone of it."""

    id: int
    item_id: int
    lot_id: int
    cents: int


@dataclass(frozen=True, slots=True)
class VatState:
    """The VAT on encaissements of one rate of an item: net of credit notes, and what is released so far."""

    seq: int
    waiting_account: str
    due_account: str
    vat: int
    released: int


NOTHING_NAMED = Naming()


def plan_settlement(
    lots: Sequence[LotMoney], items: Sequence[Payable], *, available: int, naming: Naming = NOTHING_NAMED
) -> list[Payment]:
    """Decide what is paid now, with at most `available` cents.

    First the named items, by the lot that names them; then whatever may settle by itself, oldest due first, by any
    lot that is not kept. Fees and interest come only when named, or when nothing else is left open.
    """
    pouring = _Pouring({lot.id: lot.free for lot in lots}, {item.id: item.open for item in items}, available)
    ordered = sorted(items, key=_when_due)
    sources = sorted(lots, key=_when_spent)
    pouring.pour(
        [lot.id for lot in sources if naming.lot in (None, lot.id)],
        [item.id for item in ordered if item.document_ref in naming.documents],
    )
    unkept = [lot.id for lot in sources if not (naming.kept and lot.id == naming.lot)]
    willing = [item for item in ordered if item.settles_by_itself and not item.disputed]
    pouring.pour(unkept, [item.id for item in willing if item.kind != ItemKind.FEE_NOTE])
    if not any(pouring.open[item.id] for item in items if item.kind != ItemKind.FEE_NOTE):
        pouring.pour(unkept, [item.id for item in willing if item.kind == ItemKind.FEE_NOTE])
    return pouring.payments


def plan_withdrawal(lots: Sequence[LotMoney], cents: int) -> list[tuple[int, int]]:
    """Take up to so many cents out of free lots, in the order they are spent: (lot id, cents)."""
    taken = []
    for lot in sorted(lots, key=_when_spent):
        part = min(lot.free, cents)
        if part > 0:
            taken.append((lot.id, part))
            cents -= part
    return taken


def plan_undoing(allocations: Iterable[MoneyAllocation], cents: int) -> list[tuple[MoneyAllocation, int]]:
    """Undo up to so many cents of earlier payments, the newest first."""
    undone = []
    for allocation in sorted(allocations, key=lambda allocation: -allocation.id):
        part = min(allocation.cents, cents)
        if part > 0:
            undone.append((allocation, part))
            cents -= part
    return undone


def plan_release(shares: Sequence[VatState], *, paid: int, net_total: int) -> list[tuple[VatState, int]]:
    """How much VAT to release (or take back, negative) so that the sum released is what was paid's share of it.

    `released = round_half_up(VAT net × paid by money / total net)`: only the difference is posted, so the sum is
    exact in any order and a reversal is symmetrical (VAT on encaissements, CGI art. 269-2 c).
    """
    changes = [(state, share(state.vat, paid, net_total) - state.released) for state in shares]
    return [(state, change) for state, change in changes if change]


def _when_due(item: Payable) -> tuple[date, str]:
    """Overdue comes before not yet due by itself: an overdue date is an older date."""
    return item.due_date, item.document_ref


def _when_spent(lot: LotMoney) -> tuple[bool, date, bool, int]:
    """Commissions first, then oldest; a lot that is only being written (negative id) is the newest of its day."""
    return lot.origin != Origin.COMMISSION, lot.received_on, lot.id < 0, abs(lot.id)


class _Pouring:
    """Lots poured into items, never more than what is free, open, and available in all."""

    def __init__(self, free: dict[int, int], open_: dict[int, int], available: int) -> None:
        self.free, self.open, self.available = free, open_, available
        self.payments: list[Payment] = []

    def pour(self, lots: Iterable[int], items: Sequence[int]) -> None:
        for lot in lots:
            for item in items:
                part = min(self.free[lot], self.open[item], self.available)
                if part > 0:
                    self.payments.append(Payment(lot, item, part))
                    self.free[lot] -= part
                    self.open[item] -= part
                    self.available -= part
