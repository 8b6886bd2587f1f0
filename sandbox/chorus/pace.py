"""How fast Chorus Pro is: seconds between two steps of a flow, and of an invoice on its way to its buyer."""

from __future__ import annotations

import math

from sandbox.store import Store

_PACE, _LATE = "chorus.pace", "chorus.late_reports"
DEFAULT_SECONDS = 1.0


def step(store: Store) -> float:
    return float(store.setting(_PACE, DEFAULT_SECONDS))


def after(store: Store, start: int, steps: int) -> int:
    """The second at which so many steps are done."""
    return start + math.ceil(steps * step(store))


def steps_done(store: Store, start: int, now: int) -> int:
    """How many steps were done by now; all of them at once when a step takes no time."""
    seconds = step(store)
    return max(0, int((now - start) / seconds)) if seconds else 1_000_000


def set_step(store: Store, seconds: float) -> None:
    if seconds < 0:
        raise ValueError("seconds from 0")
    store.set_setting(_PACE, seconds)


def late_reports(store: Store) -> int:
    """How many times a flow cannot be found before its report is there."""
    return int(store.setting(_LATE, 0))


def set_late_reports(store: Store, count: int) -> None:
    store.set_setting(_LATE, count)


def restore(store: Store) -> None:
    set_step(store, DEFAULT_SECONDS)
    set_late_reports(store, 0)
