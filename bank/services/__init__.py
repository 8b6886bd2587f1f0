"""Verbs of bank statements."""

from __future__ import annotations

from bank.services.announcing import (
    AT_ONCE,
    AmountRefused,
    Announcement,
    DayRefused,
    NotAnnounceable,
    NotDue,
    NotWithdrawable,
    TooManyAnnounced,
    announce,
    days_to_announce,
    expire_announced,
    withdraw_announced,
)
from bank.services.debiting import apply_debits, apply_line
from bank.services.describing import BadColumns, describe_table
from bank.services.dropping import read_drop_folder
from bank.services.importing import import_file
from bank.services.meeting import meet_announced, reopen_announced
from bank.services.owning import own_accounts
from bank.services.planning import Chain, Planned, Preview, chain_words, summary, waiting_by_state
from bank.services.reporting import read_report
from bank.words import LineState

__all__ = [
    "AT_ONCE",
    "AmountRefused",
    "Announcement",
    "BadColumns",
    "Chain",
    "DayRefused",
    "LineState",
    "NotAnnounceable",
    "NotDue",
    "NotWithdrawable",
    "Planned",
    "Preview",
    "TooManyAnnounced",
    "announce",
    "apply_debits",
    "apply_line",
    "chain_words",
    "days_to_announce",
    "describe_table",
    "expire_announced",
    "import_file",
    "meet_announced",
    "own_accounts",
    "read_drop_folder",
    "read_report",
    "reopen_announced",
    "summary",
    "waiting_by_state",
    "withdraw_announced",
]
