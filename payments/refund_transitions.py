"""How a refund may change. `move` is the only way to change a status, and it writes the history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from core.states import NotAllowed, StateTable
from payments.models import REFUND_LIVE, Refund, RefundEvent, RefundStatus

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["TABLE", "NotAllowed", "may_move", "move", "note", "states_page"]
ASKED, WAITING, SENT = RefundStatus.ASKED, RefundStatus.WAITING, RefundStatus.SENT
UNKNOWN, PENDING = RefundStatus.UNKNOWN, RefundStatus.PENDING
COMPLETED, FAILED, CANCELLED = RefundStatus.COMPLETED, RefundStatus.FAILED, RefundStatus.CANCELLED

_STEPS: Final[Mapping[tuple[RefundStatus, RefundStatus], str]] = {
    (ASKED, WAITING): "approval asked for",
    (ASKED, SENT): "claimed",
    (ASKED, CANCELLED): "given up",
    (WAITING, ASKED): "approved",
    (WAITING, CANCELLED): "not approved",
    (SENT, PENDING): "accepted",
    (SENT, COMPLETED): "given back",
    (SENT, FAILED): "refused",
    (SENT, CANCELLED): "already cancelled there",
    (SENT, UNKNOWN): "no answer",
    (UNKNOWN, PENDING): "found on its way",
    (UNKNOWN, COMPLETED): "found given back",
    (UNKNOWN, FAILED): "found failed",
    (UNKNOWN, CANCELLED): "found cancelled",
    (PENDING, COMPLETED): "arrived",
    (PENDING, FAILED): "came back",
    (PENDING, CANCELLED): "cancelled by the provider",
    (COMPLETED, FAILED): "came back after all",
    # The provider's word wins over ours: money that left is booked, even when we had concluded that it never would.
    (FAILED, PENDING): "on its way after all",
    (FAILED, COMPLETED): "given back after all",
}
_MEANINGS: Final[Mapping[RefundStatus, str]] = {
    ASKED: "The intention and its reason are written down, the money is held; nothing left the house.",
    WAITING: "A second member of staff has to approve; the money is held.",
    SENT: "The call is on its way. If its process died, the sweeper asks.",
    UNKNOWN: "No answer, or one that cannot be right. The money stays held; the sweeper asks, and never sends twice.",
    PENDING: "The provider accepted. Booked as soon as the money has left our balance there, held until then.",
    COMPLETED: "Given back and booked. A bank may still send it back.",
    FAILED: "The provider or a bank said no: the money is on the account, whether it never left or came back.",
    CANCELLED: "Staff gave it up, nobody approved, or the provider cancelled it: the money is on the account.",
}
TABLE: Final = StateTable(
    {ASKED: "asked by staff", SENT: "begun at the provider"}, _STEPS, _MEANINGS, [COMPLETED, CANCELLED]
)


def may_move(refund: Refund, to: RefundStatus) -> bool:
    """Whether the table has that step."""
    return TABLE.allows(RefundStatus(refund.status), to)


def move(refund: Refund, to: RefundStatus, *, at: datetime, detail: str = "") -> None:
    """Change the status, save the row, and add the step to its history. The caller holds the row's lock.

    A decided refund is not asked about again. Raises NotAllowed for a step that is not in the table.
    """
    before = RefundStatus(refund.status)
    name = TABLE.name(before, to, of=refund.reference)
    refund.status = to
    refund.updated_at = at
    if to in REFUND_LIVE:
        refund.decided_at = None
        refund.ask_at = refund.ask_at or at
    else:
        refund.decided_at, refund.ask_at = at, None
    refund.save()
    note(refund, name, at=at, before=before, detail=detail)


def note(refund: Refund, name: str, *, at: datetime, before: str = "", detail: str = "") -> None:
    """Add a step to the history without changing the status, unless `before` says what it was."""
    RefundEvent.objects.create(
        refund=refund,
        name=name,
        from_status=before or refund.status,
        to_status=refund.status,
        detail=detail[:300],
        at=at,
    )


def states_page() -> str:
    """docs/states/refund.md: the statuses in words, and the table drawn."""
    return TABLE.page(
        "States of a refund",
        source="payments/refund_transitions.py",
        after="Until it is booked the money is under an outgoing hold: it pays nothing else, nor goes back twice.",
    )
