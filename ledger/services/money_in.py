"""Money received: it becomes a lot of 419100, and pays what may be paid, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.clock import local_date
from core.money import Money
from ledger.bundle import Bundle, NewHold, NewLot, Posting, credit, debit, fingerprint
from ledger.chart import AUXILIARY, PREPAID
from ledger.kinds import Direction, MovementKind, Origin
from ledger.models import Allocation, Lot, StatementRow
from ledger.planning import Naming
from ledger.services.books import LotState, open_book
from ledger.services.posting import find, post, repeatable
from ledger.services.settling import Heading, settlement
from ledger.services.writing import Written, write

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from ledger.bundle import Source
    from ledger.kinds import Journal
    from ledger.planning import Payment
    from ledger.services.books import Book

_NEW = -1
_KINDS = {
    Origin.CARD: MovementKind.TOP_UP,
    Origin.PAYPAL: MovementKind.TOP_UP,
    Origin.TRANSFER: MovementKind.TRANSFER,
    Origin.DIRECT_DEBIT: MovementKind.DIRECT_DEBIT,
    Origin.COMMISSION: MovementKind.COMMISSION,
    Origin.OPENING: MovementKind.CORRECTION,
}


@dataclass(frozen=True, slots=True)
class Settled:
    """So much of this document was paid."""

    document_ref: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Received:
    """What became of the money: its lot, what it settled at once, the balance after, and the other postings."""

    tx_id: int
    lot_id: int
    replayed: bool
    settled: tuple[Settled, ...]
    balance: Money
    also: tuple[int, ...] = ()


@repeatable
def receive_money(  # noqa: PLR0913 - each is a fact of the journal line, all by name
    customer_id: int,
    amount: Money,
    *,
    source: Source,
    clearing_account: str,
    journal: Journal,
    label: str,
    piece_ref: str,
    piece_date: date,
    key: str,
    at: datetime,
    effective_on: date | None = None,
    names: Sequence[str] = (),
    kept: bool = False,
    closes_hold: str = "",
    actor: str = "",
    also: Sequence[Posting] = (),
) -> Received:
    """Credit money that has arrived, on proof, and settle with it at once.

    `names` are the documents that the payer named: they are paid first. What is left of `kept` money waits under an
    outgoing hold, `<key>#kept`, until somebody decides (public bodies). `closes_hold` ends the incoming hold of the
    money's own flight. `also` are postings of the same fact that touch no customer (what the provider kept): they are
    written by the same call. Repeatable by `key`.
    """
    asked = fingerprint("receive", customer_id, amount.cents, source.origin, source.reference, clearing_account, kept)
    book = open_book(customer_id)
    heading = Heading(piece_ref, piece_date, effective_on or local_date(at), key, asked, actor)
    book.add_lot(LotState(_NEW, source.origin, heading.effective_on, amount.cents, amount.cents))
    released = [closes_hold] if closes_hold and book.release(closes_hold) else []
    payments = book.settle(Naming(frozenset(names), _NEW, kept))
    arrival = Posting(
        **heading.fields,
        journal=journal,
        kind=_KINDS[source.origin],
        label=label,
        legs=(
            debit(clearing_account, amount, customer_id if clearing_account in AUXILIARY else None),
            credit(PREPAID, amount, customer_id),
        ),
        customer_id=customer_id,
        lots=(NewLot(customer_id, amount, source, heading.effective_on),),
    )
    written = write(
        Bundle(
            [arrival, *also, *settlement(book, heading.also("settle"), paid=payments)],
            at,
            placed=_kept(book, key) if kept else (),
            released=released,
        )
    )
    if not isinstance(written, Written):
        return _received_before(key, asked, also, at=at)
    return Received(
        written.txs[0],
        written.lots[0],
        replayed=False,
        settled=_settled(book, payments),
        balance=book.balance,
        also=tuple(written.txs[1 : 1 + len(also)]),
    )


def _kept(book: Book, key: str) -> list[NewHold]:
    left = Money(book.lots[_NEW].remaining)
    if not left:
        return []
    return [NewHold(book.customer_id, Direction.OUTGOING, left, f"{key}#kept", "kept for decision", lot=_NEW)]


def _settled(book: Book, payments: Sequence[Payment]) -> tuple[Settled, ...]:
    return tuple(Settled(book.items[payment.item_id].document_ref, Money(payment.cents)) for payment in payments)


def _received_before(key: str, asked: str, also: Sequence[Posting], *, at: datetime) -> Received:
    """The first result, read back from what it wrote."""
    tx = find(key, asked)
    assert tx is not None  # noqa: S101 - the books knew the key, under the customer's lock
    lot = Lot.objects.get(customer=tx.customer_id, tx=tx)
    rows = Allocation.objects.filter(tx__key=f"{tx.key}#settle").select_related("item").order_by("pk")
    line = StatementRow.objects.get(tx=tx, customer=lot.customer_id)
    return Received(
        tx.pk,
        lot.pk,
        replayed=True,
        settled=tuple(Settled(row.item.document_ref, Money(row.amount_cents)) for row in rows),
        balance=Money(-line.balance_after_cents),
        also=tuple(posted.tx_id for posted in post(also, at=at)) if also else (),
    )
