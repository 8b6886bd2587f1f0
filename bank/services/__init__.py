"""Verbs of bank statements."""

from __future__ import annotations

from bank.services.debiting import apply_debits, apply_line
from bank.services.describing import BadColumns, describe_table
from bank.services.dropping import read_drop_folder
from bank.services.importing import import_file
from bank.services.owning import own_accounts
from bank.services.planning import Chain, Planned, Preview, chain_words, summary, waiting_by_state
from bank.services.reporting import read_report
from bank.words import LineState

__all__ = [
    "BadColumns",
    "Chain",
    "LineState",
    "Planned",
    "Preview",
    "apply_debits",
    "apply_line",
    "chain_words",
    "describe_table",
    "import_file",
    "own_accounts",
    "read_drop_folder",
    "read_report",
    "summary",
    "waiting_by_state",
]
