"""Where the money of an order stands while it has not left, and when it never will."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bank.locks import lock_work
from bank.models import Decision, OrderKind, Share, TransferOrder
from bank.selectors.standing import standing_decision
from bank.services.booking import SUSPENSE
from bank.services.deciding import Handling, open_line, write_decision
from bank.services.undoing import reopen
from bank.words import Action
from ledger import selectors as books
from ledger import services as ledger

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User
    from bank.models import LineWork


def reserve_line(line_id: int, handling: Handling, *, at: datetime) -> LineWork:
    """The money of a line goes back to its sender: it stays on 471000, and nobody else is given it.

    Raises AlreadyDecided.
    """
    work = open_line(line_id, handling)
    decision = write_decision(work, Action.RETURN, handling, at=at)
    Share.objects.create(
        decision=decision, place=1, amount_cents=work.line.amount_cents, account=SUSPENSE, tx_id=work.tx_id or 0
    )
    return work


def reserve_lot(order: TransferOrder, *, at: datetime) -> None:
    """Put the money of a customer under the hold of the order. Raises NotEnough."""
    ledger.hold_outgoing(
        order.customer_id or 0,
        order.amount,
        key=order.hold_key,
        reason="refund",
        at=at,
        lot_id=order.lot_id,
        out_of=order.of_hold,
    )


def free(order: TransferOrder, *, by: User | None, reason: str, at: datetime) -> None:
    """The money does not leave: a customer's pays what may be paid, or is kept again; a line waits for staff again."""
    if order.kind == OrderKind.RETURN:
        work = lock_work(order.line_id)
        reopen(work, _return_of(order), reason=reason, by=by or order.asked_by, at=at)
    elif order.of_hold and order.hold_key in books.holds_named(order.hold_key):
        ledger.hold_outgoing(
            order.customer_id or 0,
            order.amount,
            key=order.kept_key,
            reason="kept for decision",
            at=at,
            lot_id=order.lot_id,
            out_of=order.hold_key,
        )
    else:
        ledger.release_hold(order.hold_key, at=at)


def _return_of(order: TransferOrder) -> Decision:
    """The decision that gave the line to the order."""
    decision = standing_decision(order.line_id)
    if decision is None or decision.action != Action.RETURN:
        raise LookupError(f"{order}: its line was given to something else")
    return decision
