"""Questions about what the bank brings, and what is expected from it."""

from __future__ import annotations

from bank.selectors.announced import (
    Delay,
    announced_for,
    announced_open,
    announced_to_expire,
    announcements_of,
    get_announced,
    reminders_paused_until,
    usual_delay,
    waiting_of,
)

__all__ = [
    "Delay",
    "announced_for",
    "announced_open",
    "announced_to_expire",
    "announcements_of",
    "get_announced",
    "reminders_paused_until",
    "usual_delay",
    "waiting_of",
]
