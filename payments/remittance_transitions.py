"""How a remittance may change. `move` is the only way to change its state, and it writes the history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from core.states import StateTable
from payments.models import Remittance, RemittanceEvent, RemittanceState

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User

WRITTEN, HANDED = RemittanceState.WRITTEN, RemittanceState.HANDED
ACCEPTED, PARTLY, REJECTED = RemittanceState.ACCEPTED, RemittanceState.PARTLY, RemittanceState.REJECTED

REMITTANCE_TRANSITIONS: Final[Mapping[tuple[RemittanceState, RemittanceState], str]] = {
    (WRITTEN, HANDED): "given to the bank",
    (WRITTEN, ACCEPTED): "accepted",
    (WRITTEN, PARTLY): "accepted in part",
    (WRITTEN, REJECTED): "refused",
    (HANDED, ACCEPTED): "accepted",
    (HANDED, PARTLY): "accepted in part",
    (HANDED, REJECTED): "refused",
    (ACCEPTED, PARTLY): "some refused later",
    (PARTLY, REJECTED): "the rest refused",
    (ACCEPTED, REJECTED): "refused later",
}

_MEANINGS: Final[Mapping[RemittanceState, str]] = {
    WRITTEN: "The file is kept, its amounts are held as incoming. Nobody has said yet that the bank has it.",
    HANDED: "The bank was given the file, by a person or in a folder; it has not answered.",
    ACCEPTED: "The bank takes every debit of it.",
    PARTLY: "The bank refused some of its debits; their holds are released.",
    REJECTED: "The bank refused all of it; every hold is released.",
}
_TABLE: Final = StateTable({WRITTEN: "written"}, REMITTANCE_TRANSITIONS, _MEANINGS, [ACCEPTED, PARTLY, REJECTED])


def may_move(remittance: Remittance, to: RemittanceState) -> bool:
    """Whether the table has that step."""
    return _TABLE.allows(RemittanceState(remittance.state), to)


def begin(remittance: Remittance, *, by: User | None, at: datetime) -> None:
    """Keep a new one, with the first line of its history."""
    remittance.save(force_insert=True)
    _note(remittance, "written", "", by=by, at=at, detail=remittance.sha256)


def move(
    remittance: Remittance, to: RemittanceState, *, at: datetime, by: User | None = None, detail: str = ""
) -> None:
    """Change the state, save the row, and add the step to its history. The caller holds the row's lock.

    Raises NotAllowed for a step that is not in the table.
    """
    before = RemittanceState(remittance.state)
    name = _TABLE.name(before, to, of=remittance.message_id)
    remittance.state = to
    remittance.updated_at = at
    remittance.save()
    _note(remittance, name, before, by=by, at=at, detail=detail)


def note(remittance: Remittance, name: str, *, by: User | None, at: datetime, detail: str = "") -> None:
    """Add a step to the history without changing the state."""
    _note(remittance, name, remittance.state, by=by, at=at, detail=detail)


def _note(remittance: Remittance, name: str, before: str, *, by: User | None, at: datetime, detail: str) -> None:
    RemittanceEvent.objects.create(
        remittance=remittance,
        name=name,
        from_state=before,
        to_state=remittance.state,
        detail=detail[:300],
        actor=by,
        at=at,
    )


def remittance_states_page() -> str:
    """docs/states/remittance.md: the states in words, and the table drawn."""
    return _TABLE.page(
        "States of a remittance",
        source="payments/remittance_transitions.py",
        after="Each debit of it has a life of its own: [debit](debit.md), [payment](payment.md).",
    )
