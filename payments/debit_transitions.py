"""How an automatic debit may change. `move` is the only way to change its state, and it writes the history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from core.states import NotAllowed, StateTable
from payments.models import Debit, DebitEvent, DebitState

if TYPE_CHECKING:
    from datetime import datetime

    from payments.models import EndedWhy

__all__ = ["DEBIT_TRANSITIONS", "NotAllowed", "debit_diagram", "debit_states_page", "may_move", "move", "note"]
ANNOUNCED, SENT, WAITING, ACTION = DebitState.ANNOUNCED, DebitState.SENT, DebitState.WAITING, DebitState.ACTION
COLLECTED, CLOSED, RETURNED = DebitState.COLLECTED, DebitState.CLOSED, DebitState.RETURNED
FAILED, CANCELLED = DebitState.FAILED, DebitState.CANCELLED
_ENDED_WITHOUT: Final = (FAILED, CANCELLED)

DEBIT_TRANSITIONS: Final[Mapping[tuple[DebitState, DebitState], str]] = {
    (ANNOUNCED, SENT): "sent",
    (ANNOUNCED, CANCELLED): "cancelled",
    (SENT, COLLECTED): "collected",
    (SENT, WAITING): "to be tried again",
    (SENT, ANNOUNCED): "announced from another method",
    (SENT, ACTION): "confirmation asked",
    (SENT, FAILED): "refused for good",
    (WAITING, SENT): "sent again",
    (WAITING, ANNOUNCED): "announced from another method",
    (WAITING, CANCELLED): "cancelled",
    (ACTION, WAITING): "another method chosen",
    (ACTION, ANNOUNCED): "announced from another method",
    (ACTION, CANCELLED): "cancelled",
    (ACTION, FAILED): "not confirmed in time",
    (COLLECTED, CLOSED): "final",
    (COLLECTED, RETURNED): "taken back",
    # A payer may contest for 13 months a debit that he did not allow (CMF art. L133-24), and a card for 120 days.
    (CLOSED, RETURNED): "taken back late",
    # The provider’s word wins over ours: money that came counts, whatever we had concluded.
    (WAITING, COLLECTED): "paid after all",
    (ACTION, COLLECTED): "paid after all",
    (FAILED, COLLECTED): "paid after all",
    (CANCELLED, COLLECTED): "paid after all",
}

_MEANINGS: Final[Mapping[DebitState, str]] = {
    ANNOUNCED: "The customer was told the amount, the day and the method. Nothing left the house.",
    SENT: "An attempt is at the provider or at the bank: being made, being decided, or being checked.",
    WAITING: "Refused, or never sent; it is tried again on the day it says, from the method it says.",
    ACTION: "The bank wants to hear its customer, who was written to. Nothing was taken.",
    COLLECTED: "The money came and is credited. Until `refundable_until` the payer’s bank may take it back.",
    CLOSED: "The money came, and nobody may take it back without a reason any more.",
    RETURNED: "The money came and was taken back; what it had paid is to be paid again.",
    FAILED: "Nothing could be taken from any method. What was due is still due.",
    CANCELLED: "It was not needed, or not wanted, any more; the reason says which.",
}

_TABLE: Final = StateTable({ANNOUNCED: "announced"}, DEBIT_TRANSITIONS, _MEANINGS, [RETURNED])


def may_move(debit: Debit, to: DebitState) -> bool:
    """Whether the table has that step."""
    return _TABLE.allows(DebitState(debit.state), to)


def move(debit: Debit, to: DebitState, *, at: datetime, why: EndedWhy | str = "", detail: str = "") -> None:
    """Change the state, save the row, and add the step to its history. The caller holds the customer's lock.

    Raises NotAllowed for a step that is not in the table.
    """
    before = DebitState(debit.state)
    name = _TABLE.name(before, to, of=debit.reference)
    debit.state = to
    debit.ended_why = why if to in _ENDED_WITHOUT else ""
    debit.updated_at = at
    debit.save()
    note(debit, name, at=at, before=before, detail=detail or str(why))


def note(debit: Debit, name: str, *, at: datetime, before: str = "", detail: str = "") -> None:
    """Add a step to the history without changing the state, unless `before` says what it was."""
    DebitEvent.objects.create(
        debit=debit, name=name, from_state=before or debit.state, to_state=debit.state, detail=detail[:300], at=at
    )


def debit_diagram() -> str:
    """The table as a Mermaid state diagram."""
    return _TABLE.diagram()


def debit_states_page() -> str:
    """docs/states/debit.md: the states in words, and the table drawn."""
    return _TABLE.page(
        "States of an automatic debit",
        source="payments/debit_transitions.py",
        after="The provider’s word wins over ours: money that came is counted even after a refusal or a cancellation.",
    )
