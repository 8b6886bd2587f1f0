"""Money that leaves a lot: refunded, reversed by a bank, withdrawn; and money that comes back to it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q, Sum

from core.money import ZERO, Money
from ledger.bundle import Bundle, Leg, NewItem, NewLotMovement, Posting, credit, debit, fingerprint
from ledger.chart import AUXILIARY, PREPAID, RECEIVABLE
from ledger.kinds import Direction, ItemKind, LotMovementKind, MovementKind
from ledger.models import Allocation, CustomerBalance, Lot, LotMovement, OpenItem, StatementRow, Tx
from ledger.planning import plan_withdrawal
from ledger.services.books import Book, ItemState, money_allocations, open_book, open_books
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
    lot_id: int, amount: Money, *, clearing_account: str, piece: Piece, at: datetime, closes_hold: str = ""
) -> MoneyOut:
    """Book a refund that the provider has accepted: the money leaves its lot.

    Ask with `hold_outgoing(…, lot_id=…)` before calling the provider; here it is a fact. If the lot was emptied
    meanwhile (a chargeback), the missing part becomes something to pay.
    """
    return _send_out(_REFUND_ALONE, lot_id, amount, clearing_account, piece, at, closes_hold)


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
) -> MoneyOut:
    asked = fingerprint(verb, lot_id, amount.cents, account)
    chain = _chain(lot_id)
    root = chain[0].customer_id
    lock([lot.customer_id for lot in chain])
    if first := find(piece.key, asked):
        return _out_before(first, root)
    paid = _paid_by(chain) if verb == _REVERSAL else {}
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
        kind, movement = kinds
        heading, root = self.heading, self.books[self.root]
        missing = Money(amount.cents - self.taken)
        undoing = [
            posting
            for customer_id, undone in self.undone.items()
            for posting in settlement(self.books[customer_id], heading.also(f"undo:{customer_id}"), undone=undone)
        ]
        if missing:
            root.add_item(
                ItemState(_MISSING, heading.key, ItemKind.REVERSED_PAYMENT, heading.effective_on, missing.cents)
            )
        balance = root.balance
        outflow = Posting(
            **heading.fields,
            journal=piece.journal,
            kind=kind,
            label=piece.label,
            legs=(
                *(debit(PREPAID, Money(cents), customer_id) for customer_id, cents in _by_customer(self.parts)),
                *([debit(RECEIVABLE, missing, self.root)] if missing else []),
                credit(account, amount),
            ),
            customer_id=self.root,
            items=(_missing_item(self.root, missing, heading),) if missing else (),
            movements=tuple(NewLotMovement(lot_id, movement, cents) for _, lot_id, cents in self.parts),
        )
        again = [
            posting
            for customer_id, book in self.books.items()
            for posting in settlement(book, heading.also(f"settle:{customer_id}"), paid=book.settle())
        ]
        written = write(Bundle([*undoing, outflow, *again], at, released=self.released))
        assert isinstance(written, Written)  # noqa: S101 - the key was looked for under the customers' locks
        reopened = tuple(
            Settled(self.books[customer_id].items[allocation.item_id].document_ref, Money(part))
            for customer_id, undone in self.undone.items()
            for allocation, part in undone
        )
        return MoneyOut(written.txs[len(undoing)], False, Money(self.taken), missing, reopened, balance)  # noqa: FBT003


@repeatable
def restore_money(
    tx_id: int, *, clearing_account: str, piece: Piece, at: datetime, amount: Money | None = None
) -> MoneyOut:
    """Give back to its lots what this refund or reversal took (refund failed, dispute won), then settle.

    The whole of it unless `amount` says less. What had been missing goes to the lot it came from.
    """
    taken = Tx.objects.get(pk=tx_id)
    movements = list(LotMovement.objects.filter(tx=taken).select_related("lot").order_by("pk"))
    missing = OpenItem.objects.filter(tx=taken).aggregate(cents=Sum("amount_cents"))["cents"] or 0
    whole = Money(sum(movement.amount_cents for movement in movements) + missing)
    back = amount or whole
    if not ZERO < back <= whole:
        raise ValueError(f"{back.cents} cents cannot come back of {whole.cents}")
    asked = fingerprint("restore", tx_id, back.cents, clearing_account)
    books = open_books([m.lot.customer_id for m in movements], lots=[m.lot_id for m in movements])
    root = movements[0].lot.customer_id
    if first := find(piece.key, asked):
        return _out_before(first, root)
    heading = piece.heading(asked, at=at)
    refunded = taken.kind == MovementKind.REFUND
    parts = _given_back(movements, missing, back.cents)
    for lot, cents in parts:
        books[lot.customer_id].take(lot.pk, -cents)
    balance = books[root].balance
    inflow = Posting(
        **heading.fields,
        journal=piece.journal,
        kind=MovementKind.REFUND if refunded else MovementKind.PAYMENT_RESTORED,
        label=piece.label,
        legs=(
            debit(clearing_account, back),
            *(
                credit(PREPAID, Money(cents), customer_id)
                for customer_id, cents in _by_customer([(lot.customer_id, lot.pk, cents) for lot, cents in parts])
            ),
        ),
        customer_id=root,
        reverses=tx_id if back == whole else None,
        movements=tuple(NewLotMovement(lot.pk, LotMovementKind(movements[0].kind), -cents) for lot, cents in parts),
    )
    again = [
        posting
        for customer_id, book in books.items()
        for posting in settlement(book, heading.also(f"settle:{customer_id}"), paid=book.settle())
    ]
    written = write(Bundle([inflow, *again], at))
    assert isinstance(written, Written)  # noqa: S101 - the key was looked for under the customers' locks
    return MoneyOut(written.txs[0], False, -back, ZERO, (), balance)  # noqa: FBT003


@repeatable
def withdraw(customer_id: int, up_to: Money, *, into_account: str, piece: Piece, at: datetime) -> Money:
    """Take back a commission from what is available, commissions first; never more. Says how much was taken."""
    asked = fingerprint("withdraw", customer_id, up_to.cents, into_account)
    book = open_book(customer_id)
    if first := find(piece.key, asked):
        return Money(sum(LotMovement.objects.filter(tx=first).values_list("amount_cents", flat=True)))
    parts = plan_withdrawal(book.lots_to_plan(), min(up_to.cents, book.available))
    taken = Money(sum(cents for _, cents in parts))
    if not taken:
        return ZERO
    posting = Posting(
        **piece.heading(asked, at=at).fields,
        journal=piece.journal,
        kind=MovementKind.COMMISSION,
        label=piece.label,
        legs=(debit(PREPAID, taken, customer_id), _auxiliary_credit(into_account, taken, customer_id)),
        customer_id=customer_id,
        movements=tuple(NewLotMovement(lot_id, LotMovementKind.WITHDRAWN, cents) for lot_id, cents in parts),
    )
    write(Bundle([posting], at))
    return taken


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


def _by_customer(parts: Sequence[tuple[int, int, int]]) -> list[tuple[int, int]]:
    sums: dict[int, int] = defaultdict(int)
    for customer_id, _, cents in parts:
        sums[customer_id] += cents
    return list(sums.items())


def _given_back(movements: Sequence[LotMovement], missing: int, cents: int) -> list[tuple[Lot, int]]:
    """Which lot gets how much back: the missing part last, to the first lot."""
    parts = []
    for lot, most in [*((m.lot, m.amount_cents) for m in movements), (movements[0].lot, missing)]:
        part = min(most, cents)
        if part > 0:
            parts.append((lot, part))
            cents -= part
    return parts


def _missing_item(customer_id: int, missing: Money, heading: Heading) -> NewItem:
    day = heading.effective_on
    return NewItem(customer_id, heading.key, missing, day, day, ItemKind.REVERSED_PAYMENT)


def _auxiliary_credit(account: str, amount: Money, customer_id: int) -> Leg:
    return credit(account, amount, customer_id if account in AUXILIARY else None)


def _out_before(tx: Tx, root: int) -> MoneyOut:
    """The first result, read back from what it wrote."""
    undone = Allocation.objects.filter(tx__key__startswith=f"{tx.key}#undo:").select_related("item").order_by("pk")
    taken = LotMovement.objects.filter(tx=tx).aggregate(cents=Sum("amount_cents"))["cents"] or 0
    missing = OpenItem.objects.filter(tx=tx).aggregate(cents=Sum("amount_cents"))["cents"] or 0
    line = StatementRow.objects.filter(tx=tx, customer=root).first()
    if line is None:
        row = CustomerBalance.objects.get(customer=root)
        balance = Money(-row.prepaid_cents - row.receivable_cents)
    else:
        balance = Money(-line.balance_after_cents)
    reopened = tuple(Settled(row.item.document_ref, Money(-row.amount_cents)) for row in undone)
    return MoneyOut(tx.pk, True, Money(taken), Money(missing), reopened, balance)  # noqa: FBT003
