"""Money in flight: holds, without a posting. All repeatable by key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from core.clock import local_date
from core.money import Money
from ledger.bundle import Bundle, fingerprint
from ledger.kinds import Direction
from ledger.models import Hold
from ledger.services.books import open_book
from ledger.services.settling import Heading, settlement
from ledger.services.writing import KeyReused, lock, write

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ledger.services.books import Book

_REST = ":rest:"


class NotEnough(Exception):
    """Less is available than what was asked to be held. Nothing was written."""


def lock_customers(customer_ids: Sequence[int]) -> None:
    """Lock these customers' balances, lowest id first, for the rest of the transaction.

    Call it first in a transaction that takes other locks too: customers come before everything else.
    """
    lock(customer_ids)


def hold_incoming(
    customer_id: int, amount: Money, *, key: str, reason: str, at: datetime, expires_at: datetime | None = None
) -> None:
    """Money is on its way in (a card being checked, a debit sent): as much less may still be collected."""
    with transaction.atomic():
        lock([customer_id])
        _place(
            Hold(
                customer_id=customer_id,
                direction=Direction.INCOMING,
                amount_cents=amount.cents,
                key=key,
                reason=reason,
                placed_at=at,
                expires_at=expires_at,
            )
        )


def hold_outgoing(
    customer_id: int,
    amount: Money,
    *,
    key: str,
    reason: str,
    at: datetime,
    lot_id: int | None = None,
    out_of: str = "",
) -> None:
    """Money is on its way out (refund asked, order waiting): as much less may be spent, settled or refunded.

    `out_of` is another outgoing hold that this money is taken out of, so that nothing else is paid with it meanwhile;
    what is left under it stays held, as `<out_of>:rest:<key>`. Raises NotEnough when the account, or the lot, has not
    as much free, or when there is no such other hold.
    """
    with transaction.atomic():
        book = open_book(customer_id)
        if key not in book.holds and not Hold.objects.filter(key=key).exists():
            rest = _take_out(book, out_of, amount, at=at) if out_of else 0
            free = _free(book, lot_id)
            if free - rest < amount.cents:
                raise NotEnough(f"{amount.cents} cents asked, {max(free - rest, 0)} available")
            if rest:
                _leave_the_rest(out_of, Money(rest), key=key, at=at)
        _place(
            Hold(
                customer_id=customer_id,
                direction=Direction.OUTGOING,
                amount_cents=amount.cents,
                key=key,
                reason=reason,
                placed_at=at,
                lot_id=lot_id,
            )
        )


def release_hold(key: str, *, at: datetime) -> bool:
    """End a hold, and settle with what it kept. False when it had ended before, or never was."""
    with transaction.atomic():
        hold = Hold.objects.filter(key=key).first()
        if hold is None:
            return False
        book = open_book(hold.customer_id)
        if not book.release(key):
            return False
        Hold.objects.filter(key=key).update(released_at=at)
        if hold.direction == Direction.OUTGOING:
            today = local_date(at)
            heading = Heading(hold.reason, today, today, f"hold:{key}#settle", fingerprint("release", key))
            if postings := settlement(book, heading, paid=book.settle()):
                write(Bundle(postings, at))
        return True


def _free(book: Book, lot_id: int | None) -> int:
    """What is free of holds: of that lot, or of the whole account."""
    if lot_id is None:
        return book.available
    lot = book.lots.get(lot_id)
    return 0 if lot is None else min(book.available, lot.remaining - lot.held)


def _take_out(book: Book, key: str, amount: Money, *, at: datetime) -> int:
    """End a hold whose money goes on to another one, without settling. Answers how many cents must stay held."""
    hold = book.holds.get(key)
    if hold is None or hold.direction != Direction.OUTGOING:
        raise NotEnough(f"nothing is held as {key}")
    book.release(key)
    Hold.objects.filter(key=key).update(released_at=at)
    return max(hold.amount - amount.cents, 0)


def _leave_the_rest(former: str, rest: Money, *, key: str, at: datetime) -> None:
    hold = Hold.objects.get(key=former)
    _place(
        Hold(
            customer_id=hold.customer_id,
            direction=hold.direction,
            amount_cents=rest.cents,
            key=f"{former.split(_REST, maxsplit=1)[0]}{_REST}{key}",
            reason=hold.reason,
            placed_at=at,
            lot_id=hold.lot_id,
        )
    )


def _place(hold: Hold) -> None:
    """Write the hold once; under its customer's lock, so two rivals do not both find nothing."""
    first = Hold.objects.filter(key=hold.key).first()
    if first is None:
        hold.save(force_insert=True)
    elif _body(first) != _body(hold):
        raise KeyReused(hold.key)


def _body(hold: Hold) -> tuple[int, str, int, int | None]:
    return hold.customer_id, hold.direction, hold.amount_cents, hold.lot_id
