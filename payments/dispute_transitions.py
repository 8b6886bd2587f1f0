"""How a dispute may change. `move` is the only way to change a status, and it writes the history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.states import NotAllowed, StateTable
from payments.models import OPEN_DISPUTES, Dispute, DisputeEvent, DisputeStatus

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User

__all__ = ["TABLE", "NotAllowed", "may_move", "move", "note", "states_page"]
WARNING, OPENED, ANSWERED = DisputeStatus.WARNING, DisputeStatus.OPENED, DisputeStatus.ANSWERED
WON, LOST = DisputeStatus.WON, DisputeStatus.LOST
ACCEPTED, CLOSED = DisputeStatus.ACCEPTED, DisputeStatus.CLOSED

TABLE: Final = StateTable(
    births={WARNING: "somebody asks", OPENED: "disputed"},
    steps={
        (WARNING, OPENED): "escalated",
        (WARNING, ANSWERED): "inquiry answered",
        (WARNING, WON): "decided for us at once",
        (WARNING, LOST): "decided for the payer at once",
        (WARNING, ACCEPTED): "given in at once",
        (WARNING, CLOSED): "inquiry dropped",
        (OPENED, ANSWERED): "answered",
        (OPENED, WON): "won unanswered",
        (OPENED, LOST): "lost unanswered",
        (OPENED, ACCEPTED): "given in",
        (OPENED, CLOSED): "dropped",
        (ANSWERED, WARNING): "asked about again",
        (ANSWERED, OPENED): "answer asked for again",
        (ANSWERED, WON): "won",
        (ANSWERED, LOST): "lost",
        (ANSWERED, CLOSED): "dropped after our answer",
        # The provider's word wins over ours: a case may be opened again, and end otherwise.
        (WON, OPENED): "opened again after a win",
        (WON, ANSWERED): "looked at again after a win",
        (WON, LOST): "lost after all",
        (LOST, OPENED): "opened again after a loss",
        (LOST, ANSWERED): "looked at again after a loss",
        (LOST, WON): "won after all",
        (ACCEPTED, WON): "won although given in",
        (CLOSED, OPENED): "opened again",
        (CLOSED, WON): "won after it was dropped",
        (CLOSED, LOST): "lost after it was dropped",
    },
    meanings={
        WARNING: "A bank or PayPal asks, or the payer complains. No money was taken; PayPal keeps it aside.",
        OPENED: "The payer wants the money back; a bank has it already. Our evidence is waited for until its due date.",
        ANSWERED: "Our evidence is there; the bank or PayPal decides.",
        WON: "Decided for us: the money came back, and pays again what it had paid.",
        LOST: "Decided for the payer: what the money had paid is due again, and reminders count from that day.",
        ACCEPTED: "We gave in. As lost.",
        CLOSED: "Over without a decision: dropped by the payer, or an inquiry that led to nothing.",
    },
    ends=(WON, LOST, ACCEPTED, CLOSED),
)


def may_move(dispute: Dispute, to: DisputeStatus) -> bool:
    """Whether the table has that step."""
    return TABLE.allows(DisputeStatus(dispute.status), to)


def move(dispute: Dispute, to: DisputeStatus, *, at: datetime, detail: str = "") -> None:
    """Change the status and add the step to the history. The caller holds the locks and saves the row before the end.

    Raises NotAllowed for a step that is not in the table.
    """
    before = DisputeStatus(dispute.status)
    name = TABLE.name(before, to, of=dispute.object_id)
    dispute.status = to
    dispute.decided_at = None if to in OPEN_DISPUTES else at
    if to in OPEN_DISPUTES and dispute.ask_at is None:
        dispute.ask_at = at
    dispute.save()
    note(dispute, name, at=at, before=before, detail=detail)


def note(
    dispute: Dispute, name: str, *, at: datetime, before: str = "", detail: str = "", actor: User | None = None
) -> None:
    """Add a step to the history without changing the status, unless `before` says what it was."""
    DisputeEvent.objects.create(
        dispute=dispute,
        name=name,
        from_status=before or dispute.status,
        to_status=dispute.status,
        detail=detail[:300],
        actor=actor,
        at=at,
    )


def states_page() -> str:
    """docs/states/dispute.md: the statuses in words, and the table drawn."""
    return TABLE.page(
        "States of a dispute",
        source="payments/dispute_transitions.py",
        after="Money follows the movements that the provider tells, never the status; its word wins over ours.",
    )
