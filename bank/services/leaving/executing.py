"""Transfers that we ordered, on our statement: they left, or came back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bank.locks import lock_order
from bank.models import BankLine, OrderKind, OrderState, TransferOrder
from bank.order_transitions import move
from bank.services.booking import clearing_account_of, effective_day, journal_of, piece_of
from bank.services.leaving.booking import finish, rest
from ledger import services as ledger

if TYPE_CHECKING:
    from datetime import datetime

    from bank.models import LineWork

_FOUR: Final = "[0-9A-HJKMNP-TV-Z]{4}"
_NAME: Final = re.compile(rf"(?<![A-Z0-9])V-?({_FOUR})-?({_FOUR})-?({_FOUR})(?![A-Z0-9])")


def order_named(line: BankLine) -> TransferOrder | None:
    """The order of ours that a line names, by its end-to-end reference or in its text."""
    for text in (line.end_to_end, line.text):
        for found in _NAME.finditer(text.upper()):
            name = "-".join(["V", *found.groups()])
            if (order := TransferOrder.objects.filter(end_to_end=name).first()) is not None:
                return order
    return None


def apply_own_transfer(work: LineWork, *, at: datetime) -> bool:
    """Money left by a transfer that is in a file of ours: same name, same amount."""
    order = order_named(work.line) if work.line.amount_cents < 0 else None
    if order is None:
        return False
    order = lock_order(order.pk)
    if order.state != OrderState.FILED or order.amount_cents != -work.line.amount_cents:
        return False
    book_departure(work, order, at=at)
    return True


def book_departure(work: LineWork, order: TransferOrder, *, at: datetime) -> None:
    """The money of an order left by this line. Unknown money leaves 471000; a customer's leaves its lot."""
    if order.kind == OrderKind.RETURN:
        order.tx_id = rest(work, at=at)
    else:
        order.tx_id = ledger.refund_lot(
            order.lot_id or 0,
            order.amount,
            clearing_account=clearing_account_of(work),
            piece=_piece(work, order, "refund"),
            at=at,
            closes_hold=order.hold_key,
            reopens=True,
        ).tx_id
    order.left_line = work.line
    move(order, OrderState.BOOKED, at=at, detail=str(work.line_id))
    finish(work, order.tx_id)


def apply_own_return(work: LineWork, *, at: datetime) -> bool:
    """A transfer of ours came back: its account is closed, or nobody wanted it.

    A refund is on the customer's account again (kept again, when it was kept for decision); unknown money rests on
    471000 and its line waits for staff, who know now that it cannot go back.
    """
    order = order_named(work.line) if work.line.amount_cents > 0 else None
    if order is None:
        return False
    order = lock_order(order.pk)
    if order.state != OrderState.BOOKED or order.amount_cents != work.line.amount_cents:
        return False
    order.back_line = work.line
    move(order, OrderState.RETURNED, at=at, detail=work.line.return_code)
    if order.kind == OrderKind.RETURN:
        return False
    back = ledger.restore_money(
        order.lot_id or 0,
        undoes=order.tx_id or 0,
        clearing_account=clearing_account_of(work),
        piece=_piece(work, order, "refund_back"),
        at=at,
        keeps_as=order.kept_key if order.of_hold else "",
    )
    finish(work, back.tx_id)
    return True


def _piece(work: LineWork, order: TransferOrder, word: str) -> ledger.Piece:
    line = work.line
    said = "Remboursement par virement" if word == "refund" else "Virement revenu"  # the books are kept in French
    return ledger.Piece(
        journal_of(work),
        f"{said} {order.end_to_end} {order.beneficiary}"[:200],
        piece_of(line),
        line.booked_on,
        key=f"bank:{line.pk}:{word}",
        effective_on=effective_day(line),
        actor=f"user:{order.asked_by_id}",
    )
