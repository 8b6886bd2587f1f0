"""The shape of one invariant, as `selfcheck` reports it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One invariant and whether it holds. `detail` names what breaks it, or says what was counted."""

    name: str
    ok: bool
    detail: str
