"""Moves by decision of staff: from one customer to another, items disputed, settlement asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from core.clock import local_date
from core.money import ZERO, Money
from ledger.bundle import Bundle, NewLot, NewLotMovement, Posting, Source, credit, debit, fingerprint
from ledger.chart import AUXILIARY, PREPAID
from ledger.kinds import LotMovementKind, MovementKind, Origin
from ledger.models import Lot, LotMovement, OpenItem
from ledger.planning import plan_withdrawal
from ledger.services.books import LotState, open_book, open_books
from ledger.services.holds import NotEnough
from ledger.services.money_in import Settled
from ledger.services.posting import find, repeatable
from ledger.services.settling import Heading, settlement
from ledger.services.writing import Written, lock, write

if TYPE_CHECKING:
    from datetime import date, datetime

    from ledger.services.books import Book
    from ledger.services.pieces import Piece


@repeatable
def move_money(from_customer: int, to_customer: int, amount: Money, *, piece: Piece, at: datetime) -> int:
    """Move available money from one customer to another, when one person had two. Answers the transaction's id.

    Lots move with their origin: refunds still go to the original source. Raises NotEnough.
    """
    asked = fingerprint("move", from_customer, to_customer, amount.cents)
    books = open_books([from_customer, to_customer])
    if first := find(piece.key, asked):
        return first.pk
    giver, taker = books[from_customer], books[to_customer]
    if giver.available < amount.cents:
        raise NotEnough(f"{amount.cents} cents asked, {giver.available} available")
    parts = plan_withdrawal(giver.lots_to_plan(), amount.cents)
    lots = Lot.objects.in_bulk([lot_id for lot_id, _ in parts])
    heading = piece.heading(asked, at=at)
    for place, (lot_id, cents) in enumerate(parts, start=1):
        giver.take(lot_id, cents)
        lot = lots[lot_id]
        taker.add_lot(LotState(-place, lot.origin, lot.received_on, cents, cents))
    move = Posting(
        **heading.fields,
        journal=piece.journal,
        kind=MovementKind.CORRECTION,
        label=piece.label,
        legs=(debit(PREPAID, amount, from_customer), credit(PREPAID, amount, to_customer)),
        customer_id=from_customer,
        lots=tuple(_moved(lots[lot_id], to_customer, cents) for lot_id, cents in parts),
        movements=tuple(NewLotMovement(lot_id, LotMovementKind.MOVED, cents) for lot_id, cents in parts),
    )
    written = write(Bundle([move, *settlement(taker, heading.also("settle"), paid=taker.settle())], at))
    assert isinstance(written, Written)  # noqa: S101 - the key was looked for under the customers' locks
    return written.txs[0]


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
    owner = customer_id if into_account in AUXILIARY else None
    posting = Posting(
        **piece.heading(asked, at=at).fields,
        journal=piece.journal,
        kind=MovementKind.COMMISSION,
        label=piece.label,
        legs=(
            debit(PREPAID, taken, customer_id),
            credit(into_account, taken, owner),
        ),
        customer_id=customer_id,
        movements=tuple(NewLotMovement(lot_id, LotMovementKind.WITHDRAWN, cents) for lot_id, cents in parts),
    )
    write(Bundle([posting], at))
    return taken


def settle(customer_id: int, *, key: str, at: datetime) -> tuple[Settled, ...]:
    """Pay what may be paid with the money at hand. Every verb does so by itself; this is for what staff changed."""
    with transaction.atomic():
        return _settle(open_book(customer_id), key, at)


def dispute_item(document_ref: str, *, disputed: bool, key: str, at: datetime) -> tuple[Settled, ...]:
    """Say that the customer contests this document, so that money does not pay it by itself; or that it is over."""
    with transaction.atomic():
        item = OpenItem.objects.get(document_ref=document_ref)
        book = open_book(item.customer_id, items=[item.pk])
        OpenItem.objects.filter(pk=item.pk).update(disputed=disputed)
        book.items[item.pk].disputed = disputed
        return _settle(book, key, at)


def restart_reminders(document_ref: str, *, on: date) -> bool:
    """Count reminders of this document from that day at the earliest: money that had paid it was taken back.

    The due date stays, for the law. Says whether anything changed: an earlier restart never replaces a later one.
    """
    earlier = Q(reminders_from__isnull=True) | Q(reminders_from__lt=on)
    with transaction.atomic():
        lock([OpenItem.objects.values_list("customer_id", flat=True).get(document_ref=document_ref)])
        found = OpenItem.objects.filter(earlier, document_ref=document_ref, due_date__lt=on)
        return bool(found.update(reminders_from=on))


def move_due_date(document_ref: str, due_date: date) -> bool:
    """Say until when this document is to be paid, when that changes after its issue. Says whether anything changed.

    A public body's days count from when it received the document (CCP, art. R. 2192-12), which its issue does not know.
    """
    with transaction.atomic():
        lock([OpenItem.objects.values_list("customer_id", flat=True).get(document_ref=document_ref)])
        found = OpenItem.objects.filter(document_ref=document_ref, open_cents__gt=0).exclude(due_date=due_date)
        return bool(found.update(due_date=due_date))


def _settle(book: Book, key: str, at: datetime) -> tuple[Settled, ...]:
    today = local_date(at)
    payments = book.settle()
    heading = Heading("Imputation", today, today, key, fingerprint("settle", book.customer_id))
    if postings := settlement(book, heading, paid=payments):
        write(Bundle(postings, at))
    return tuple(Settled(book.items[p.item_id].document_ref, Money(p.cents)) for p in payments)


def _moved(lot: Lot, customer_id: int, cents: int) -> NewLot:
    source = Source(Origin(lot.origin), lot.reference, lot.refundable_to)
    return NewLot(customer_id, Money(cents), source, lot.received_on, moved_from=lot.pk)
