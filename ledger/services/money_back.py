"""Money that comes back to its lot: a refund that failed, a dispute that was won."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.money import ZERO, Money
from ledger.bundle import Bundle, NewHold, NewLotMovement, Posting, credit, debit, fingerprint
from ledger.chart import PREPAID
from ledger.kinds import Direction, LotMovementKind, MovementKind
from ledger.models import Lot, LotMovement, OpenItem, Tx
from ledger.services.books import open_books
from ledger.services.money_out import MoneyOut, by_customer, out_before, settle_all
from ledger.services.posting import find, repeatable
from ledger.services.writing import Written, write

if TYPE_CHECKING:
    from datetime import datetime

    from ledger.services.books import Book
    from ledger.services.pieces import Piece


class AlreadyRestored(ValueError):
    """The money came back before. Nothing was written."""


@repeatable
def restore_money(
    lot_id: int, *, undoes: int, clearing_account: str, piece: Piece, at: datetime, keeps_as: str = ""
) -> MoneyOut:
    """Give back all that the refund or reversal `undoes` of this lot took (refund failed, dispute won), then settle.

    What had been missing goes to the lot itself. `keeps_as` puts the money under outgoing holds, one a lot,
    `<keeps_as>:<lot>`, so that it pays nothing. Raises AlreadyRestored the second time, under another key.
    """
    taken = Tx.objects.get(pk=undoes)
    movements = list(LotMovement.objects.filter(tx=taken).select_related("lot").order_by("pk"))
    lot = Lot.objects.get(pk=lot_id)
    item = OpenItem.objects.filter(customer=lot.customer_id, tx=taken).first()
    asked = fingerprint("restore", lot_id, undoes, clearing_account)
    parts = [(movement.lot, movement.amount_cents) for movement in movements]
    parts += [(lot, item.amount_cents)] if item else []
    books = open_books([lot.customer_id for lot, _ in parts], lots=[lot.pk for lot, _ in parts])
    if first := find(piece.key, asked):
        return out_before(first, parts[0][0].customer_id)
    if Tx.objects.filter(reverses=undoes).exists():
        raise AlreadyRestored(f"transaction {undoes}")
    return _bring_back(taken, parts, books, clearing_account, piece, asked, at, keeps_as)


def _bring_back(  # noqa: PLR0917 - the writing half of the verb above
    taken: Tx,
    parts: list[tuple[Lot, int]],
    books: dict[int, Book],
    account: str,
    piece: Piece,
    asked: str,
    at: datetime,
    keeps_as: str,
) -> MoneyOut:
    heading, refunded = piece.heading(asked, at=at), taken.kind == MovementKind.REFUND
    for lot, cents in parts:
        books[lot.customer_id].take(lot.pk, -cents)
    balance = books[parts[0][0].customer_id].balance
    back = Money(sum(cents for _, cents in parts))
    returned = by_customer([(lot.customer_id, lot.pk, cents) for lot, cents in parts])
    movement = LotMovementKind.REFUNDED if refunded else LotMovementKind.REVERSED
    inflow = Posting(
        **heading.fields,
        journal=piece.journal,
        kind=MovementKind.REFUND if refunded else MovementKind.PAYMENT_RESTORED,
        label=piece.label,
        legs=(
            debit(account, back),
            *(credit(PREPAID, Money(cents), customer_id) for customer_id, cents in returned),
        ),
        customer_id=parts[0][0].customer_id,
        reverses=taken.pk,
        movements=tuple(NewLotMovement(lot.pk, movement, -cents) for lot, cents in parts),
    )
    kept = _keep(books, parts, keeps_as) if keeps_as else []
    written = write(Bundle([inflow, *settle_all(books, heading)], at, placed=kept))
    assert isinstance(written, Written)  # noqa: S101 - the key was looked for under the customers' locks
    return MoneyOut(written.txs[0], False, -back, ZERO, (), balance)  # noqa: FBT003


def _keep(books: dict[int, Book], parts: list[tuple[Lot, int]], keeps_as: str) -> list[NewHold]:
    """Hold what came back, each lot apart."""
    sums: dict[int, int] = {}
    for lot, cents in parts:
        sums[lot.pk] = sums.get(lot.pk, 0) + cents
    owners = {lot.pk: lot.customer_id for lot, _ in parts}
    for lot_id, cents in sums.items():
        books[owners[lot_id]].hold_on(lot_id, cents)
    return [
        NewHold(owners[lot], Direction.OUTGOING, Money(cents), f"{keeps_as}:{lot}", "kept for its return", lot=lot)
        for lot, cents in sums.items()
    ]
