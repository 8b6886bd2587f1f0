"""How a payout may change. `move` is the only way to change its status, and it writes the history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from core.states import NotAllowed, StateTable
from payments.models import Payout, PayoutEvent, PayoutStatus

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["RETURNED", "TRANSITIONS", "NotAllowed", "diagram", "may_move", "move", "note", "payout_states_page"]
PENDING, IN_TRANSIT, PAID = PayoutStatus.PENDING, PayoutStatus.IN_TRANSIT, PayoutStatus.PAID
FAILED, CANCELLED = PayoutStatus.FAILED, PayoutStatus.CANCELLED

TRANSITIONS: Final[Mapping[tuple[PayoutStatus, PayoutStatus], str]] = {
    (PENDING, IN_TRANSIT): "given to the bank",
    (PENDING, PAID): "sent",
    (PENDING, FAILED): "could not be sent",
    (PENDING, CANCELLED): "called back",
    (IN_TRANSIT, PAID): "said to be there",
    (IN_TRANSIT, FAILED): "sent back on its way",
    (IN_TRANSIT, CANCELLED): "called back on its way",
    # “Paid” is what the provider believes: our bank may send the money back days later.
    (PAID, FAILED): "sent back by our bank",
}
RETURNED: Final = (FAILED, CANCELLED)
"""The money is on the provider’s balance again: the posting of its leaving is reversed."""

_MEANINGS: Final[Mapping[PayoutStatus, str]] = {
    PENDING: "It has left the provider’s balance and waits on 580000.",
    IN_TRANSIT: "The provider gave it to the banks.",
    PAID: "The provider believes that it arrived. Only the bank line says so, and takes it from 580000.",
    FAILED: "It came back; 580000 is cleared and the provider owes it to us again.",
    CANCELLED: "It was called back before it left; as if it had never been.",
}

_TABLE: Final = StateTable({PENDING: "announced"}, TRANSITIONS, _MEANINGS, [FAILED, CANCELLED])


def may_move(payout: Payout, to: PayoutStatus) -> bool:
    """Whether the table has that step."""
    return _TABLE.allows(PayoutStatus(payout.status), to)


def move(payout: Payout, to: PayoutStatus, *, at: datetime) -> None:
    """Change the status, save the row, and add the step to its history. The caller holds the row's lock.

    Raises NotAllowed for a step that is not in the table.
    """
    before = PayoutStatus(payout.status)
    name = _TABLE.name(before, to, of=payout.object_id)
    payout.status, payout.updated_at = to, at
    payout.save()
    note(payout, name, before=before, at=at)


def note(payout: Payout, name: str, *, before: str = "", at: datetime) -> None:
    """Add a step to the history of a payout."""
    PayoutEvent.objects.create(payout=payout, name=name, from_status=before, to_status=payout.status, at=at)


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    return _TABLE.diagram()


def payout_states_page() -> str:
    """docs/states/payout.md: the statuses in words, and the table drawn."""
    return _TABLE.page(
        "States of a payout",
        source="payments/payout_transitions.py",
        after="A payout is first written down as `PENDING` with its posting, whatever the provider says of it then.",
    )
