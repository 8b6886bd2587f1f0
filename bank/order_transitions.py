"""How a transfer order may change. `move` is the only way to change its state, and it writes the history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from bank.models import OrderState, TransferOrder, TransferOrderEvent
from core.states import NotAllowed, StateTable

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User

__all__ = ["TABLE", "NotAllowed", "begin", "move", "order_states_page"]
ORDERED, WAITING, FILED = OrderState.ORDERED, OrderState.WAITING, OrderState.FILED
BOOKED, RETURNED = OrderState.BOOKED, OrderState.RETURNED
REFUSED, CANCELLED = OrderState.REFUSED, OrderState.CANCELLED

_STEPS: Final[Mapping[tuple[OrderState, OrderState], str]] = {
    (ORDERED, WAITING): "approval asked for",
    (ORDERED, FILED): "put in a file",
    (ORDERED, REFUSED): "no bank would take it",
    (ORDERED, CANCELLED): "given up",
    (WAITING, ORDERED): "approved",
    (WAITING, CANCELLED): "not approved",
    (FILED, BOOKED): "left",
    (FILED, REFUSED): "refused by the bank",
    (BOOKED, RETURNED): "came back",
}
_MEANINGS: Final[Mapping[OrderState, str]] = {
    ORDERED: "The order and its reason are written down, the money is reserved; the next file takes it.",
    WAITING: "A second member of staff has to approve; the money is reserved.",
    FILED: "It is in a file that the bank may have: nobody cancels it here any more. The money stays reserved.",
    BOOKED: "The line of our statement is there: the money left, and is booked.",
    RETURNED: "The other bank sent it back: a refund is on the account again, unknown money rests on 471000.",
    REFUSED: "The bank did not make it: the money is free again.",
    CANCELLED: "Staff gave it up, or nobody approved: the money is free again.",
}
TABLE: Final = StateTable({ORDERED: "ordered by staff"}, _STEPS, _MEANINGS, [RETURNED, REFUSED, CANCELLED])


def begin(order: TransferOrder, *, by: User, at: datetime) -> None:
    """Keep a new one, with the first line of its history."""
    order.state = ORDERED
    order.created_at = order.updated_at = at
    order.save(force_insert=True)
    _note(order, "ordered", "", by=by, detail=order.reason, at=at)


def move(order: TransferOrder, to: OrderState, *, at: datetime, by: User | None = None, detail: str = "") -> None:
    """Change the state, save the row, and add the step to its history. The caller holds the row's lock.

    Raises NotAllowed for a step that is not in the table.
    """
    before = OrderState(order.state)
    name = TABLE.name(before, to, of=order.end_to_end)
    order.state, order.updated_at = to, at
    order.save()
    _note(order, name, before, by=by, detail=detail, at=at)


def _note(order: TransferOrder, name: str, before: str, *, by: User | None, detail: str, at: datetime) -> None:
    TransferOrderEvent.objects.create(
        order=order, name=name, from_state=before, to_state=order.state, detail=detail[:300], actor=by, at=at
    )


def order_states_page() -> str:
    """docs/states/transfer_order.md: the states in words, and the table drawn."""
    return TABLE.page(
        "States of a transfer order",
        source="bank/order_transitions.py",
        after="A refund is under an outgoing hold until it leaves; a return is money on 471000 kept for it.",
    )
