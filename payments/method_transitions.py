"""How a saved method may change. `move` is the only way to change its state, and it writes the history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from payments.models import ASKED_ABOUT, MethodEvent, MethodState, Reason, SavedMethod
from payments.transitions import NotAllowed

if TYPE_CHECKING:
    from datetime import datetime

PENDING, UNKNOWN, ACTIVE = MethodState.PENDING, MethodState.UNKNOWN, MethodState.ACTIVE
UNUSABLE, REMOVING = MethodState.UNUSABLE, MethodState.REMOVING
REMOVED, ABANDONED = MethodState.REMOVED, MethodState.ABANDONED

METHOD_TRANSITIONS: Final[Mapping[tuple[MethodState, MethodState], str]] = {
    (PENDING, ACTIVE): "saved",
    (PENDING, UNKNOWN): "no answer",
    (PENDING, REMOVING): "not accepted",
    (PENDING, ABANDONED): "not saved",
    (UNKNOWN, PENDING): "page found open",
    (UNKNOWN, ACTIVE): "found saved",
    (UNKNOWN, REMOVING): "found not accepted",
    (UNKNOWN, ABANDONED): "found not saved",
    (ACTIVE, UNUSABLE): "may not be used",
    (ACTIVE, REMOVING): "removal asked",
    (ACTIVE, REMOVED): "gone at the provider",
    (UNUSABLE, ACTIVE): "may be used",
    (UNUSABLE, REMOVING): "removal asked",
    (UNUSABLE, REMOVED): "gone at the provider",
    (REMOVING, REMOVED): "removed",
    # The payment that was to save it succeeded after all: its owner had agreed, and the provider kept it.
    (ABANDONED, ACTIVE): "saved after all",
    (ABANDONED, REMOVING): "not accepted after all",
}

_MEANINGS: Final[Mapping[MethodState, str]] = {
    PENDING: "Agreed to; the provider’s page, or the payment that saves it, waits for the customer.",
    UNKNOWN: "No answer. The customer reads “being checked”; the sweeper asks again.",
    ACTIVE: "The provider keeps it, and it may be used.",
    UNUSABLE: "The provider, or our mandate, still has it, and it may not be used; the reason says why.",
    REMOVING: "It may not be used from this moment; the provider has not confirmed yet. The sweeper asks until it has.",
    REMOVED: "It is gone at the provider too. Final.",
    ABANDONED: "Nothing was saved.",
}


def may_move(method: SavedMethod, to: MethodState) -> bool:
    """Whether the table has that step."""
    return (MethodState(method.state), to) in METHOD_TRANSITIONS


def move(method: SavedMethod, to: MethodState, *, at: datetime, reason: Reason | str = "", detail: str = "") -> None:
    """Change the state, save the row, and add the step to its history. The caller holds the customer's lock.

    What may not be used is nobody's default. Raises NotAllowed for a step that is not in the table.
    """
    before = MethodState(method.state)
    if (before, to) not in METHOD_TRANSITIONS:
        raise NotAllowed(f"saved method {method.public_id}: {before} → {to}")
    method.state = to
    method.reason = reason or (method.reason if to == REMOVED else "")
    method.updated_at = at
    if to != ACTIVE:
        method.is_default = False
    if to not in ASKED_ABOUT:
        method.ask_at = None
    method.save()
    note(method, METHOD_TRANSITIONS[before, to], at=at, before=before, detail=detail or str(reason))


def note(method: SavedMethod, name: str, *, at: datetime, before: str = "", detail: str = "") -> None:
    """Add a step to the history without changing the state, unless `before` says what it was."""
    MethodEvent.objects.create(
        method=method,
        name=name,
        from_state=before or method.state,
        to_state=method.state,
        detail=detail[:300],
        at=at,
    )


def method_diagram() -> str:
    """The table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", "    [*] --> PENDING: agreed"]
    lines += [f"    {before} --> {after}: {name}" for (before, after), name in METHOD_TRANSITIONS.items()]
    lines += ["    REMOVED --> [*]"]
    return "\n".join(lines)


def method_states_page() -> str:
    """docs/states/method.md: the states in words, and the table drawn."""
    rows = [f"| `{state}` | {_MEANINGS[state]} |" for state in MethodState]
    return "\n".join(
        [
            "# States of a saved method",
            "",
            "Written by `make docs` from `payments/method_transitions.py`. A test compares the two, and each step "
            "has a test.",
            "",
            "| state | what is true |",
            "|---|---|",
            *rows,
            "",
            "```mermaid",
            method_diagram(),
            "```",
            "",
        ]
    )
