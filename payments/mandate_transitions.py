"""How a mandate may change. `move` is the only way to change its state, and it writes the history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from payments.models import Mandate, MandateEvent, MandateState
from payments.transitions import NotAllowed

if TYPE_CHECKING:
    from datetime import datetime

DRAFT, ACTIVE, REPLACED = MandateState.DRAFT, MandateState.ACTIVE, MandateState.REPLACED
REVOKED, REFUSED = MandateState.REVOKED, MandateState.REFUSED
LAPSED, ABANDONED = MandateState.LAPSED, MandateState.ABANDONED

MANDATE_TRANSITIONS: Final[Mapping[tuple[MandateState, MandateState], str]] = {
    (DRAFT, ACTIVE): "signed",
    (DRAFT, ABANDONED): "never signed",
    (ACTIVE, REPLACED): "replaced",
    (ACTIVE, REVOKED): "taken back",
    (ACTIVE, REFUSED): "ended by the bank",
    (ACTIVE, LAPSED): "lapsed",
}

_MEANINGS: Final[Mapping[MandateState, str]] = {
    DRAFT: "Its words are written, and may be printed; nobody has signed. Nothing may be debited.",
    ACTIVE: "Signed. Its saved method says whether it may be debited: for B2B, once the bank has registered it.",
    REPLACED: "The customer signed another one instead: another account, another holder. Final.",
    REVOKED: "The customer took it back, or staff did for them. Final.",
    REFUSED: "The bank will not be debited under it any more: account closed, no mandate there. Final.",
    LAPSED: "Nothing was debited under it for 36 months. Final.",
    ABANDONED: "Nobody signed it in time; the account number is erased. Final.",
}


def may_move(mandate: Mandate, to: MandateState) -> bool:
    """Whether the table has that step."""
    return (MandateState(mandate.state), to) in MANDATE_TRANSITIONS


def move(mandate: Mandate, to: MandateState, *, at: datetime, reason: str = "") -> None:
    """Change the state, save the row, and add the step to its history. The caller holds the customer's lock.

    One that was never signed lets go of the account number. Raises NotAllowed for a step that is not in the table.
    """
    before = MandateState(mandate.state)
    if (before, to) not in MANDATE_TRANSITIONS:
        raise NotAllowed(f"mandate {mandate.reference}: {before} → {to}")
    mandate.state, mandate.updated_at = to, at
    if to != ACTIVE:
        mandate.reason, mandate.ended_at = reason[:300], at
    if to == ABANDONED:
        mandate.iban, mandate.iban_index, mandate.bic, mandate.replaces = None, "", "", None
    mandate.save()
    note(mandate, MANDATE_TRANSITIONS[before, to], at=at, before=before, detail=reason)


def note(mandate: Mandate, name: str, *, at: datetime, before: str = "", detail: str = "") -> None:
    """Add a step to the history without changing the state, unless `before` says what it was."""
    MandateEvent.objects.create(
        mandate=mandate,
        name=name,
        from_state=before or mandate.state,
        to_state=mandate.state,
        detail=detail[:300],
        at=at,
    )


def mandate_diagram() -> str:
    """The table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", "    [*] --> DRAFT: prepared", "    [*] --> ACTIVE: signed at the provider"]
    lines += [f"    {before} --> {after}: {name}" for (before, after), name in MANDATE_TRANSITIONS.items()]
    lines += [f"    {state} --> [*]" for state in (REPLACED, REVOKED, REFUSED, LAPSED, ABANDONED)]
    return "\n".join(lines)


def mandate_states_page() -> str:
    """docs/states/mandate.md: the states in words, and the table drawn."""
    rows = [f"| `{state}` | {_MEANINGS[state]} |" for state in MandateState]
    return "\n".join(
        [
            "# States of a mandate",
            "",
            "Written by `make docs` from `payments/mandate_transitions.py`. A test compares the two, and each step "
            "has a test.",
            "",
            "| state | what is true |",
            "|---|---|",
            *rows,
            "",
            "```mermaid",
            mandate_diagram(),
            "```",
            "",
        ]
    )
