"""The books of a customer under lock: lots, items and holds, as verbs plan with them.

A verb opens the books, moves money in them, and turns what it did into postings. Amounts are positive cents in the
customer's sense. Rows that are only being written have negative ids (ledger/bundle.py).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Q, Sum

from core.money import Money
from ledger.kinds import AllocationKind, Direction
from ledger.models import Allocation, CustomerBalance, Hold, Lot, OpenItem, VatShare
from ledger.planning import (
    NOTHING_NAMED,
    LotMoney,
    MoneyAllocation,
    Naming,
    Payable,
    Payment,
    VatState,
    plan_settlement,
    plan_undoing,
)
from ledger.services.writing import lock

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date


@dataclass(slots=True)
class LotState:
    id: int
    origin: str
    received_on: date
    amount: int
    remaining: int
    held: int = 0


@dataclass(slots=True)
class ItemState:
    id: int
    document_ref: str
    kind: str
    due_date: date
    amount: int
    settles_by_itself: bool = True
    disputed: bool = False
    paid: int = 0
    credited: int = 0
    written_off: int = 0
    shares: list[VatState] = field(default_factory=list)

    @property
    def net_total(self) -> int:
        """What money may pay in the end."""
        return self.amount - self.credited - self.written_off

    @property
    def open(self) -> int:
        return self.net_total - self.paid


@dataclass(slots=True)
class HoldState:
    key: str
    direction: str
    amount: int
    lot_id: int | None


@dataclass(slots=True)
class Book:
    """One customer's lots with money, open items and active holds."""

    customer_id: int
    prepaid: int
    receivable: int
    outgoing: int = 0
    lots: dict[int, LotState] = field(default_factory=dict)
    items: dict[int, ItemState] = field(default_factory=dict)
    holds: dict[str, HoldState] = field(default_factory=dict)

    @property
    def balance(self) -> Money:
        return Money(self.prepaid - self.receivable)

    @property
    def available(self) -> int:
        return self.prepaid - self.outgoing

    def lots_to_plan(self) -> list[LotMoney]:
        return [LotMoney(lot.id, lot.remaining - lot.held, lot.origin, lot.received_on) for lot in self.lots.values()]

    def add_lot(self, lot: LotState) -> None:
        self.lots[lot.id] = lot
        self.prepaid += lot.remaining

    def add_item(self, item: ItemState) -> None:
        self.items[item.id] = item
        self.receivable += item.open

    def take(self, lot_id: int, cents: int) -> None:
        """Money leaves a lot and the prepaid account; negative brings it back."""
        self.lots[lot_id].remaining -= cents
        self.prepaid -= cents

    def release(self, key: str) -> bool:
        """Forget an active hold. False when there is none under this key."""
        hold = self.holds.pop(key, None)
        if hold is None:
            return False
        if hold.direction == Direction.OUTGOING:
            self.outgoing -= hold.amount
            if hold.lot_id in self.lots:
                self.lots[hold.lot_id].held -= hold.amount
        return True

    def hold_on(self, lot_id: int, cents: int) -> None:
        """An outgoing hold on a lot, about to be written."""
        self.outgoing += cents
        self.lots[lot_id].held += cents

    def settle(self, naming: Naming = NOTHING_NAMED) -> list[Payment]:
        """Pay what may be paid now, and remember it."""
        items = [
            Payable(
                item.id, item.document_ref, item.open, item.due_date, item.kind, item.settles_by_itself, item.disputed
            )
            for item in self.items.values()
        ]
        payments = plan_settlement(self.lots_to_plan(), items, available=self.available, naming=naming)
        for payment in payments:
            self._pay(payment.lot_id, payment.item_id, payment.cents)
        return payments

    def undo(self, allocations: Iterable[MoneyAllocation], cents: int) -> list[tuple[MoneyAllocation, int]]:
        """Undo earlier payments, newest first: the money is back in its lot, the item is open again."""
        undone = plan_undoing(allocations, cents)
        for allocation, part in undone:
            self._pay(allocation.lot_id, allocation.item_id, -part)
        return undone

    def _pay(self, lot_id: int, item_id: int, cents: int) -> None:
        self.lots[lot_id].remaining -= cents
        self.items[item_id].paid += cents
        self.prepaid -= cents
        self.receivable -= cents


def open_books(customer_ids: Sequence[int], *, lots: Sequence[int] = (), items: Sequence[int] = ()) -> dict[int, Book]:
    """Lock these customers, lowest id first, and read their books.

    Spent lots and closed items are left out, unless they are asked for by id.
    """
    ids = sorted(set(customer_ids))
    lock(ids)
    books = {
        row.customer_id: Book(row.customer_id, -row.prepaid_cents, row.receivable_cents, outgoing=row.outgoing_cents)
        for row in CustomerBalance.objects.filter(customer__in=ids)
    }
    _read_lots(books, lots)
    _read_items(books, items)
    for hold in Hold.objects.filter(customer__in=books, released_at__isnull=True).order_by("pk"):
        book = books[hold.customer_id]
        book.holds[hold.key] = HoldState(hold.key, hold.direction, hold.amount_cents, hold.lot_id)
        if hold.lot_id in book.lots:  # the database keeps a hold and its lot with one customer
            book.lots[hold.lot_id].held += hold.amount_cents
    return books


def open_book(customer_id: int, *, lots: Sequence[int] = (), items: Sequence[int] = ()) -> Book:
    """As `open_books`, for one customer."""
    return open_books([customer_id], lots=lots, items=items)[customer_id]


def _read_lots(books: dict[int, Book], wanted: Sequence[int]) -> None:
    for lot in Lot.objects.filter(Q(customer__in=books, remaining_cents__gt=0) | Q(pk__in=wanted)):
        books[lot.customer_id].lots[lot.pk] = LotState(
            lot.pk, lot.origin, lot.received_on, lot.amount_cents, lot.remaining_cents
        )


def _read_items(books: dict[int, Book], wanted: Sequence[int]) -> None:
    rows = list(OpenItem.objects.filter(Q(customer__in=books, open_cents__gt=0) | Q(pk__in=wanted)))
    shares: dict[int, list[VatState]] = defaultdict(list)
    for share in VatShare.objects.filter(item__in=rows).order_by("item", "seq"):
        shares[share.item_id].append(
            VatState(share.seq, share.waiting_account_id, share.due_account_id, share.vat_cents, share.released_cents)
        )
    for row in rows:
        books[row.customer_id].items[row.pk] = ItemState(
            row.pk,
            row.document_ref,
            row.kind,
            row.due_date,
            row.amount_cents,
            row.settles_by_itself,
            row.disputed,
            row.paid_cents,
            row.credited_cents,
            row.written_off_cents,
            shares[row.pk],
        )


def money_allocations(condition: Q) -> list[MoneyAllocation]:
    """The payments that still stand: what is left of each after what was undone of it."""
    rows = Allocation.objects.filter(condition, kind=AllocationKind.MONEY, reverses__isnull=True)
    return [
        MoneyAllocation(row.pk, row.item_id, row.lot_id or 0, row.amount_cents + (row.undone or 0))
        for row in rows.annotate(undone=Sum("undone_by__amount_cents"))
        if row.amount_cents + (row.undone or 0) > 0
    ]
