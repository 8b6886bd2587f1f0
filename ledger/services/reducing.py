"""What reduces a document otherwise than money: its credit notes, and write-offs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db.models import Q

from core.money import ZERO, Money
from ledger.bundle import Bundle, NewAllocation, NewHold, NewVatMovement, Posting, credit, debit, fingerprint
from ledger.chart import RECEIVABLE
from ledger.kinds import AllocationKind, Direction, MovementKind
from ledger.models import Allocation, OpenItem, StatementRow
from ledger.services.books import money_allocations, open_book
from ledger.services.posting import find, repeatable
from ledger.services.settling import settlement
from ledger.services.writing import Written, lock, write

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from ledger.bundle import Leg
    from ledger.models import Tx
    from ledger.services.books import Book, ItemState
    from ledger.services.documents import Release
    from ledger.services.pieces import Piece


class TooMuch(ValueError):
    """A document cannot be reduced by more than what is left of it. Nothing was written."""


@dataclass(frozen=True, slots=True)
class DebitLeg:
    """What a credit note or a write-off debits: revenue, VAT, a loss."""

    account: str
    amount: Money


@dataclass(frozen=True, slots=True)
class FreedLot:
    """Money that is back in its lot, and the outgoing hold that keeps it there, when there is one."""

    lot_id: int
    amount: Money
    hold: str


@dataclass(frozen=True, slots=True)
class Reduced:
    """A document reduced. `freed` is the money that had paid it and is back in its lots."""

    tx_id: int
    replayed: bool
    freed: Money
    balance: Money
    lots: tuple[FreedLot, ...] = ()


@repeatable
def book_credit_note(
    document_ref: str,
    total: Money,
    *,
    legs: Sequence[DebitLeg],
    piece: Piece,
    at: datetime,
    releases: Sequence[Release] = (),
    keeps_as: str = "",
    keeps_each_lot: bool = False,
) -> Reduced:
    """Reduce an invoice by its credit note (`piece.ref`), and settle with the money that this frees.

    If less is open than the credit note, the newest payments are undone first for the difference: the money returns
    to its own lot. `keeps_as` puts it under an outgoing hold of this key, so that it pays nothing else meanwhile;
    with `keeps_each_lot` under one on each lot, `<key>:<lot>`, so that each is refunded by itself.
    `releases` are the parts of the VAT that wait for the money (VAT on encaissements).
    """
    asked = fingerprint("credit note", document_ref, total.cents, piece.ref)
    item_row = OpenItem.objects.get(document_ref=document_ref)
    lock([item_row.customer_id])
    if first := find(piece.key, asked):
        return _reduced_before(first, item_row, keeps_as if keeps_each_lot else "")
    allocations = money_allocations(Q(item=item_row))
    book = open_book(item_row.customer_id, lots=[allocation.lot_id for allocation in allocations], items=[item_row.pk])
    item = book.items[item_row.pk]
    if total.cents > item.open + item.paid:
        raise TooMuch(f"{total.cents} cents of {document_ref}, of which {item.open + item.paid} are left")
    undone = book.undo(allocations, total.cents - item.open)
    freed = Money(sum(part for _, part in undone))
    item.credited += total.cents
    book.receivable -= total.cents
    changes = _reduce_vat(item, releases)
    heading = piece.heading(asked, at=at)
    undoing = settlement(book, heading.also("undo"), undone=undone, also_touched=[item.id])
    note = Posting(
        **heading.fields,
        journal=piece.journal,
        kind=MovementKind.CREDIT_NOTE,
        label=piece.label,
        legs=(*_debits(legs), credit(RECEIVABLE, total, book.customer_id)),
        customer_id=book.customer_id,
        allocations=(NewAllocation(item.id, AllocationKind.CREDIT_NOTE, total.cents, source_ref=piece.ref),),
        vat=changes,
    )
    lots = _freed_lots([(one.lot_id, part) for one, part in undone], keeps_as if keeps_each_lot else "")
    placed = _keep_lots(book, lots) if keeps_each_lot else _keep(book, freed, keeps_as)
    again = settlement(book, heading.also("settle"), paid=book.settle())
    written = write(Bundle([*undoing, note, *again], at, placed=placed))
    assert isinstance(written, Written)  # noqa: S101 - the key was looked for under the customer's lock
    return Reduced(written.txs[len(undoing)], replayed=False, freed=freed, balance=book.balance, lots=lots)


@repeatable
def write_off(
    document_ref: str,
    amount: Money,
    *,
    legs: Sequence[DebitLeg],
    piece: Piece,
    at: datetime,
    releases: Sequence[Release] = (),
    through: str = "",
) -> Reduced:
    """Give up what is open of a document: a tolerated difference, or a loss, `through` 416000 when it was doubtful."""
    asked = fingerprint("write off", document_ref, amount.cents, piece.ref)
    item_row = OpenItem.objects.get(document_ref=document_ref)
    book = open_book(item_row.customer_id, items=[item_row.pk])
    if first := find(piece.key, asked):
        return _reduced_before(first, item_row, "")
    item = book.items[item_row.pk]
    if amount.cents > item.open:
        raise TooMuch(f"{amount.cents} cents of {document_ref}, of which {item.open} are open")
    item.written_off += amount.cents
    book.receivable -= amount.cents
    changes = _reduce_vat(item, releases)
    heading = piece.heading(asked, at=at)
    first_legs = [debit(through, amount)] if through else _debits(legs)
    giving_up = Posting(
        **heading.fields,
        journal=piece.journal,
        kind=MovementKind.CORRECTION,
        label=piece.label,
        legs=(*first_legs, credit(RECEIVABLE, amount, book.customer_id)),
        customer_id=book.customer_id,
        allocations=(NewAllocation(item.id, AllocationKind.WRITE_OFF, amount.cents, source_ref=piece.ref),),
        vat=() if through else changes,
    )
    loss = Posting(
        **heading.also("loss").fields,
        journal=piece.journal,
        label=piece.label,
        legs=(*_debits(legs), credit(through, amount)),
        vat=changes,
    )
    again = settlement(book, heading.also("settle"), paid=book.settle(), also_touched=[item.id])
    written = write(Bundle([giving_up, *([loss] if through else []), *again], at))
    assert isinstance(written, Written)  # noqa: S101 - the key was looked for under the customer's lock
    return Reduced(written.txs[0], replayed=False, freed=ZERO, balance=book.balance)


def _debits(legs: Sequence[DebitLeg]) -> list[Leg]:
    return [debit(leg.account, leg.amount) for leg in legs]


def _reduce_vat(item: ItemState, releases: Sequence[Release]) -> tuple[NewVatMovement, ...]:
    """Lower the VAT that waits, rate by rate."""
    movements = []
    for release in releases:
        accounts = (release.waiting_account, release.due_account)
        place, state = next(
            (place, state)
            for place, state in enumerate(item.shares)
            if (state.waiting_account, state.due_account) == accounts and release.share in (0, state.seq)
        )
        item.shares[place] = replace(state, vat=state.vat - release.vat.cents)
        movements.append(NewVatMovement(item.id, state.seq, vat_cents=-release.vat.cents))
    return tuple(movements)


def _keep(book: Book, freed: Money, key: str) -> list[NewHold]:
    if not key or not freed:
        return []
    book.outgoing += freed.cents
    return [NewHold(book.customer_id, Direction.OUTGOING, freed, key, "kept for its return")]


def _freed_lots(undone: Iterable[tuple[int, int]], keeps_as: str) -> tuple[FreedLot, ...]:
    """What came back to each lot (lot, cents); several payments of one lot are one."""
    freed: Counter[int] = Counter()
    for lot_id, part in undone:
        freed[lot_id] += part
    return tuple(
        FreedLot(lot_id, Money(cents), f"{keeps_as}:{lot_id}" if keeps_as else "") for lot_id, cents in freed.items()
    )


def _keep_lots(book: Book, lots: Sequence[FreedLot]) -> list[NewHold]:
    placed = []
    for lot in lots:
        if lot.hold:
            book.hold_on(lot.lot_id, lot.amount.cents)
            placed.append(
                NewHold(
                    book.customer_id, Direction.OUTGOING, lot.amount, lot.hold, "kept for its return", lot=lot.lot_id
                )
            )
    return placed


def _reduced_before(tx: Tx, item: OpenItem, keeps_as: str) -> Reduced:
    """The first result, read back from what it wrote."""
    undone = Allocation.objects.filter(tx__key=f"{tx.key}#undo", item=item).order_by("pk")
    lots = _freed_lots([(row.lot_id or 0, -row.amount_cents) for row in undone], keeps_as)
    line = StatementRow.objects.get(tx=tx, customer=item.customer_id)
    freed = sum((lot.amount for lot in lots), ZERO)
    return Reduced(tx.pk, replayed=True, freed=freed, balance=Money(-line.balance_after_cents), lots=lots)
