"""Questions about bank lines, the work on them, and what is expected."""

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
    waited_for,
    waiting_of,
)
from bank.selectors.looking_up import active_rules, look_up
from bank.selectors.metrics import AGES, Age, Metrics, matching_metrics, suspense_by_age
from bank.selectors.orders import (
    Kept,
    files_to_hand_over,
    history_of_order,
    kept_for_decision,
    orders,
    orders_that_ended_badly,
    orders_to_file,
)
from bank.selectors.standing import last_decision, latest_judgement, standing_decision

__all__ = [
    "AGES",
    "Age",
    "Delay",
    "Kept",
    "Metrics",
    "active_rules",
    "announced_for",
    "announced_open",
    "announced_to_expire",
    "announcements_of",
    "files_to_hand_over",
    "get_announced",
    "history_of_order",
    "kept_for_decision",
    "last_decision",
    "latest_judgement",
    "look_up",
    "matching_metrics",
    "orders",
    "orders_that_ended_badly",
    "orders_to_file",
    "reminders_paused_until",
    "standing_decision",
    "suspense_by_age",
    "usual_delay",
    "waited_for",
    "waiting_of",
]
