"""How an announced transfer may change. `move` is the only way to change its state, and it writes the history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from bank.models import AnnouncedEvent, AnnouncedState, AnnouncedTransfer
from core.states import NotAllowed, StateTable

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User

__all__ = ["TRANSITIONS", "NotAllowed", "announced_states_page", "diagram", "may_move", "move", "note"]
ANNOUNCED, RECEIVED = AnnouncedState.ANNOUNCED, AnnouncedState.RECEIVED
WITHDRAWN, EXPIRED = AnnouncedState.WITHDRAWN, AnnouncedState.EXPIRED

TRANSITIONS: Final[Mapping[tuple[AnnouncedState, AnnouncedState], str]] = {
    (ANNOUNCED, RECEIVED): "received",
    (ANNOUNCED, WITHDRAWN): "withdrawn",
    (ANNOUNCED, EXPIRED): "did not come",
    (EXPIRED, RECEIVED): "came after all",
    # A credit that was undone: the line was not this transfer.
    (RECEIVED, ANNOUNCED): "waited for again",
    (RECEIVED, EXPIRED): "missing again",
}

_MEANINGS: Final[Mapping[AnnouncedState, str]] = {
    ANNOUNCED: "The customer says that it was sent, or will be. No money moved; reminders wait for it.",
    RECEIVED: "A line of our bank brought it. Undoing that credit opens it again.",
    WITHDRAWN: "Its customer took the announcement back.",
    EXPIRED: "It was waited for long enough, and its customer was asked once. It may still come.",
}

_TABLE: Final = StateTable({ANNOUNCED: "announced"}, TRANSITIONS, _MEANINGS, [RECEIVED, WITHDRAWN, EXPIRED])


def may_move(announced: AnnouncedTransfer, to: AnnouncedState) -> bool:
    """Whether the table has that step."""
    return _TABLE.allows(AnnouncedState(announced.state), to)


def move(
    announced: AnnouncedTransfer, to: AnnouncedState, *, at: datetime, by: User | None = None, detail: str = ""
) -> None:
    """Change the state, save the row, and add the step to its history. The caller holds the row's lock.

    Raises NotAllowed for a step that is not in the table.
    """
    before = AnnouncedState(announced.state)
    name = _TABLE.name(before, to, of=announced.public_id)
    announced.state, announced.updated_at = to, at
    announced.save()
    note(announced, name, before=before, at=at, by=by, detail=detail)


def note(
    announced: AnnouncedTransfer,
    name: str,
    *,
    at: datetime,
    before: str = "",
    by: User | None = None,
    detail: str = "",
) -> None:
    """Add a step to the history of an announced transfer."""
    AnnouncedEvent.objects.create(
        announced=announced, name=name, from_state=before, to_state=announced.state, by=by, detail=detail, at=at
    )


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    return _TABLE.diagram()


def announced_states_page() -> str:
    """docs/states/announced.md: the states in words, and the table drawn."""
    return _TABLE.page(
        "States of an announced transfer",
        source="bank/announced_transitions.py",
        after="Late is no state: from the usual delay to the last day the page says that it takes longer than usual.",
    )
