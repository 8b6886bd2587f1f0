"""Money received: it becomes a lot of 419100, and pays what may be paid, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.clock import local_date
from core.money import Money
from ledger.bundle import Bundle, NewHold, NewLot, Posting, credit, debit, fingerprint
from ledger.chart import AUXILIARY, PREPAID
from ledger.kinds import Direction, MovementKind, Origin
from ledger.models import Allocation, Lot, StatementRow
from ledger.planning import Naming
from ledger.services.books import LotState, open_books
from ledger.services.posting import find, post, repeatable
from ledger.services.settling import Heading, settlement
from ledger.services.writing import AlreadyPosted, write

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from ledger.bundle import Leg, Source
    from ledger.kinds import Journal
    from ledger.planning import Payment
    from ledger.services.books import Book
    from ledger.services.writing import Written

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Money that has arrived, and the facts of its journal line.

    `names` are the documents that the payer named: they are paid first. What is left of `kept` money waits under an
    outgoing hold, `<key>#kept`, until somebody decides (public bodies). `closes_hold` ends the incoming hold of the
    money's own flight.
    """

    customer_id: int
    amount: Money
    source: Source
    clearing_account: str
    journal: Journal
    label: str
    piece_ref: str
    piece_date: date
    key: str
    effective_on: date | None = None
    names: tuple[str, ...] = ()
    kept: bool = False
    closes_hold: str = ""
    actor: str = ""

    @property
    def body(self) -> str:
        """The fingerprint of what is asked."""
        origin, reference = self.source.origin, self.source.reference
        return fingerprint(
            "receive", self.customer_id, self.amount.cents, origin, reference, self.clearing_account, self.kept
        )


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
    """Credit money that has arrived, on proof, and settle with it at once (see `Arrival`).

    `also` are postings of the same fact that touch no customer (what the provider kept): they are written by the same
    call. Repeatable by `key`.
    """
    arrival = Arrival(
        customer_id=customer_id,
        amount=amount,
        source=source,
        clearing_account=clearing_account,
        journal=journal,
        label=label,
        piece_ref=piece_ref,
        piece_date=piece_date,
        key=key,
        effective_on=effective_on,
        names=tuple(names),
        kept=kept,
        closes_hold=closes_hold,
        actor=actor,
    )
    return receive_many([arrival], at=at, also=also)[0]


@repeatable
def receive_many(arrivals: Sequence[Arrival], *, at: datetime, also: Sequence[Posting] = ()) -> list[Received]:
    """Credit several moneys, of any customers, each as `receive_money` does, in this order and in one call.

    `also` goes with the first one. Each is repeatable by its own key.
    """
    if not arrivals:
        return []
    books = open_books([arrival.customer_id for arrival in arrivals])
    landed = [
        _land(books[arrival.customer_id], arrival, -place, at=at) for place, arrival in enumerate(arrivals, start=1)
    ]
    postings = [posting for one in landed for posting in (one.posting, *one.settlement)]
    bundle = Bundle(
        [postings[0], *also, *postings[1:]],
        at,
        placed=[hold for one in landed for hold in one.held],
        released=[one.released for one in landed if one.released],
    )
    written = write(bundle)
    if isinstance(written, AlreadyPosted):
        return _again(arrivals, written.ids, also, at=at)
    return _results(landed, bundle, written, also)


@dataclass(frozen=True, slots=True)
class _Landed:
    """One arrival in the books of its customer: what to write of it, and what it says."""

    posting: Posting
    settlement: list[Posting]
    held: list[NewHold]
    released: str
    settled: tuple[Settled, ...]
    balance: Money


def _land(book: Book, arrival: Arrival, lot_id: int, *, at: datetime) -> _Landed:
    heading = Heading(
        arrival.piece_ref,
        arrival.piece_date,
        arrival.effective_on or local_date(at),
        arrival.key,
        arrival.body,
        arrival.actor,
    )
    amount, day = arrival.amount, heading.effective_on
    book.add_lot(LotState(lot_id, arrival.source.origin, day, amount.cents, amount.cents))
    released = arrival.closes_hold if arrival.closes_hold and book.release(arrival.closes_hold) else ""
    payments = book.settle(Naming(frozenset(arrival.names), lot_id, arrival.kept))
    posting = Posting(
        **heading.fields,
        journal=arrival.journal,
        kind=_KINDS[arrival.source.origin],
        label=arrival.label,
        legs=(_from(arrival), credit(PREPAID, amount, book.customer_id)),
        customer_id=book.customer_id,
        lots=(NewLot(book.customer_id, amount, arrival.source, day),),
    )
    also = settlement(book, heading.also("settle"), paid=payments)
    held = _kept(book, arrival.key, lot_id) if arrival.kept else []
    return _Landed(posting, also, held, released, _settled(book, payments), book.balance)


def _from(arrival: Arrival) -> Leg:
    account = arrival.clearing_account
    return debit(account, arrival.amount, arrival.customer_id if account in AUXILIARY else None)


def _kept(book: Book, key: str, lot_id: int) -> list[NewHold]:
    left = Money(book.lots[lot_id].remaining)
    if not left:
        return []
    book.hold_on(lot_id, left.cents)
    return [NewHold(book.customer_id, Direction.OUTGOING, left, f"{key}#kept", "kept for decision", lot=lot_id)]


def _settled(book: Book, payments: Sequence[Payment]) -> tuple[Settled, ...]:
    return tuple(Settled(book.items[payment.item_id].document_ref, Money(payment.cents)) for payment in payments)


def _results(landed: Sequence[_Landed], bundle: Bundle, written: Written, also: Sequence[Posting]) -> list[Received]:
    ids = {posting.key: tx_id for posting, tx_id in zip(bundle.postings, written.txs, strict=True)}
    results = [
        Received(ids[one.posting.key], lot_id, replayed=False, settled=one.settled, balance=one.balance)
        for one, lot_id in zip(landed, written.lots, strict=True)
    ]
    results[0] = replace(results[0], also=tuple(ids[posting.key] for posting in also))
    return results


def _again(
    arrivals: Sequence[Arrival], known: Mapping[str, int], also: Sequence[Posting], *, at: datetime
) -> list[Received]:
    """Some were received before: read those back, and receive the others."""
    others = [arrival for arrival in arrivals if arrival.key not in known]
    fresh = dict(zip((each.key for each in others), receive_many(others, at=at), strict=True))
    results = [fresh.get(arrival.key) or _received_before(arrival) for arrival in arrivals]
    results[0] = replace(results[0], also=tuple(posted.tx_id for posted in post(also, at=at)) if also else ())
    return results


def _received_before(arrival: Arrival) -> Received:
    """The first result, read back from what it wrote."""
    tx = find(arrival.key, arrival.body)
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
    )
