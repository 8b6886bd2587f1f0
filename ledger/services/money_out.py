"""Money that leaves a lot: refunded, or taken back by a bank."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q, Sum

from core.money import Money
from ledger.bundle import Bundle, NewItem, NewLotMovement, Posting, credit, debit, fingerprint
from ledger.chart import PREPAID, RECEIVABLE
from ledger.kinds import Direction, ItemKind, LotMovementKind, MovementKind
from ledger.models import Allocation, CustomerBalance, Lot, LotMovement, OpenItem, StatementRow, Tx
from ledger.services.books import Book, ItemState, money_allocations, open_books
from ledger.services.money_in import Settled
from ledger.services.posting import find, repeatable
from ledger.services.settling import settlement
from ledger.services.writing import Written, lock, write

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ledger.planning import MoneyAllocation
    from ledger.services.pieces import Piece
    from ledger.services.settling import Heading

_MISSING = -1
_REFUND_ALONE = "refund"
_REVERSAL = "reverse"


@dataclass(frozen=True, slots=True)
class MoneyOut:
    """What left: `taken` out of lots; `missing`, which no lot had any more and is now to pay; the items reopened."""

    tx_id: int
    replayed: bool
    taken: Money
    missing: Money
    reopened: tuple[Settled, ...]
    balance: Money


@repeatable
def refund_lot(
    lot_id: int,
    amount: Money,
    *,
    clearing_account: str,
    piece: Piece,
    at: datetime,
    closes_hold: str = "",
    reopens: bool = False,
) -> MoneyOut:
    """Book a refund that the provider has accepted: the money leaves its lot.

    Ask with `hold_outgoing(…, lot_id=…)` before calling the provider; here it is a fact. If the lot has not as much
    any more (a chargeback, a refund that somebody made in the provider's own pages), the missing part becomes
    something to pay; with `reopens`, what the lot had paid is undone first, the newest payment first.
    """
    return _send_out(_REFUND_ALONE, lot_id, amount, clearing_account, piece, at, closes_hold, reopens=reopens)


@repeatable
def reverse_money(
    lot_id: int, amount: Money, *, clearing_account: str, piece: Piece, at: datetime, corrects: bool = False
) -> MoneyOut:
    """Undo money that was taken back: chargeback, returned debit, recalled transfer; or a wrong match (`corrects`).

    What this lot paid is undone, newest first, for what the lot no longer holds; the money leaves; other lots settle
    again. What was refunded before is missing, and becomes something to pay. Holds without money behind them end.
    """
    kind = MovementKind.CORRECTION if corrects else MovementKind.PAYMENT_REVERSED
    return _send_out(_REVERSAL, lot_id, amount, clearing_account, piece, at, "", kind)


def _send_out(  # noqa: PLR0917 - the two verbs above, in one
    verb: str,
    lot_id: int,
    amount: Money,
    account: str,
    piece: Piece,
    at: datetime,
    closes_hold: str,
    kind: MovementKind = MovementKind.REFUND,
    *,
    reopens: bool = True,
) -> MoneyOut:
    asked = fingerprint(verb, lot_id, amount.cents, account)
    chain = _chain(lot_id)
    root = chain[0].customer_id
    lock([lot.customer_id for lot in chain])
    if first := find(piece.key, asked):
        return out_before(first, root)
    paid = _paid_by(chain) if reopens else {}
    items = {allocation.item_id for allocations in paid.values() for allocation in allocations}
    books = open_books([lot.customer_id for lot in chain], lots=[lot.pk for lot in chain], items=sorted(items))
    out = _Outflow(books, piece.heading(asked, at=at), root)
    if closes_hold and books[root].release(closes_hold):
        out.released.append(closes_hold)
    for lot in chain:
        out.take(lot, amount.cents - out.taken, paid.get(lot.pk, []))
    movement = LotMovementKind.REFUNDED if verb == _REFUND_ALONE else LotMovementKind.REVERSED
    return out.write(amount, account, piece, (kind, movement), at)


class _Outflow:
    """Money on its way out of a lot and of the lots that were moved from it."""

    def __init__(self, books: dict[int, Book], heading: Heading, root: int) -> None:
        self.books, self.heading, self.root = books, heading, root
        self.taken = 0
        self.parts: list[tuple[int, int, int]] = []
        self.undone: dict[int, list[tuple[MoneyAllocation, int]]] = defaultdict(list)
        self.released: list[str] = []

    def take(self, lot: Lot, wanted: int, paid: Sequence[MoneyAllocation]) -> None:
        """Take what the lot has; what it lacks comes from what it paid, newest first."""
        book = self.books[lot.customer_id]
        self.undone[lot.customer_id] += book.undo(paid, wanted - book.lots[lot.pk].remaining)
        part = min(wanted, book.lots[lot.pk].remaining)
        if part > 0:
            self.released += make_room(book, lot.pk, part)
            book.take(lot.pk, part)
            self.parts.append((lot.customer_id, lot.pk, part))
            self.taken += part

    def write(
        self, amount: Money, account: str, piece: Piece, kinds: tuple[MovementKind, LotMovementKind], at: datetime
    ) -> MoneyOut:
        """Undo, take out, settle again: three kinds of postings, one call."""
        missing = Money(amount.cents - self.taken)
        undoing = [
            posting
            for customer_id, undone in self.undone.items()
            for posting in settlement(self.books[customer_id], self.heading.also(f"undo:{customer_id}"), undone=undone)
        ]
        if missing:
            self.books[self.root].add_item(_reversed_payment(missing, self.heading))
        balance = self.books[self.root].balance
        outflow = self._posting(missing, account, piece, kinds)
        again = settle_all(self.books, self.heading)
        written = write(Bundle([*undoing, outflow, *again], at, released=self.released))
        assert isinstance(written, Written)  # noqa: S101 - the key was looked for under the customers' locks
        return MoneyOut(written.txs[len(undoing)], False, Money(self.taken), missing, self._reopened(), balance)  # noqa: FBT003

    def _posting(
        self, missing: Money, account: str, piece: Piece, kinds: tuple[MovementKind, LotMovementKind]
    ) -> Posting:
        kind, movement = kinds
        day = self.heading.effective_on
        item = NewItem(self.root, self.heading.key, missing, day, day, ItemKind.REVERSED_PAYMENT)
        return Posting(
            **self.heading.fields,
            journal=piece.journal,
            kind=kind,
            label=piece.label,
            legs=(
                *(debit(PREPAID, Money(cents), customer_id) for customer_id, cents in by_customer(self.parts)),
                *([debit(RECEIVABLE, missing, self.root)] if missing else []),
                credit(account, Money(self.taken) + missing),
            ),
            customer_id=self.root,
            items=(item,) if missing else (),
            movements=tuple(NewLotMovement(lot_id, movement, cents) for _, lot_id, cents in self.parts),
        )

    def _reopened(self) -> tuple[Settled, ...]:
        return tuple(
            Settled(self.books[customer_id].items[allocation.item_id].document_ref, Money(part))
            for customer_id, undone in self.undone.items()
            for allocation, part in undone
        )


def _reversed_payment(missing: Money, heading: Heading) -> ItemState:
    return ItemState(_MISSING, heading.key, ItemKind.REVERSED_PAYMENT, heading.effective_on, missing.cents)


def settle_all(books: dict[int, Book], heading: Heading) -> list[Posting]:
    """Each of these customers pays what may be paid now."""
    return [
        posting
        for customer_id, book in books.items()
        for posting in settlement(book, heading.also(f"settle:{customer_id}"), paid=book.settle())
    ]


def make_room(book: Book, lot_id: int, cents: int) -> list[str]:
    """End the holds, newest first, that would have no money behind them once so much has left the lot."""
    ended = []
    for on_lot in (True, False):
        for hold in reversed(list(book.holds.values())):
            lot = book.lots[lot_id]
            short = lot.remaining - lot.held < cents if on_lot else book.available < cents
            concerned = hold.lot_id == lot_id if on_lot else hold.lot_id is None
            if short and concerned and hold.direction == Direction.OUTGOING:
                book.release(hold.key)
                ended.append(hold.key)
    return ended


def _chain(lot_id: int) -> list[Lot]:
    """The lot, then the lots that its money was moved to."""
    chain = [Lot.objects.get(pk=lot_id)]
    for lot in chain:
        chain.extend(Lot.objects.filter(moved_from=lot).order_by("pk"))
    return chain


def _paid_by(chain: Sequence[Lot]) -> dict[int, list[MoneyAllocation]]:
    paid: dict[int, list[MoneyAllocation]] = defaultdict(list)
    for allocation in money_allocations(Q(lot__in=chain)):
        paid[allocation.lot_id].append(allocation)
    return paid


def by_customer(parts: Sequence[tuple[int, int, int]]) -> list[tuple[int, int]]:
    """Cents by customer, of (customer, lot, cents)."""
    sums: dict[int, int] = defaultdict(int)
    for customer_id, _, cents in parts:
        sums[customer_id] += cents
    return list(sums.items())


def out_before(tx: Tx, root: int) -> MoneyOut:
    """The first result, read back from what it wrote."""
    undone = Allocation.objects.filter(tx__key__startswith=f"{tx.key}#undo:").select_related("item").order_by("pk")
    taken = LotMovement.objects.filter(tx=tx).aggregate(cents=Sum("amount_cents"))["cents"] or 0
    missing = OpenItem.objects.filter(customer=root, tx=tx).aggregate(cents=Sum("amount_cents"))["cents"] or 0
    line = StatementRow.objects.filter(tx=tx, customer=root).first()
    if line is None:
        row = CustomerBalance.objects.get(customer=root)
        balance = Money(-row.prepaid_cents - row.receivable_cents)
    else:
        balance = Money(-line.balance_after_cents)
    reopened = tuple(Settled(row.item.document_ref, Money(-row.amount_cents)) for row in undone)
    return MoneyOut(tx.pk, True, Money(taken), Money(missing), reopened, balance)  # noqa: FBT003
