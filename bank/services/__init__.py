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
from bank.services.anyway import NothingToAgree, ask_anyway, gap_of, import_agreed, preview_anyway
from bank.services.bulk import (
    MOST_AT_ONCE,
    Picked,
    accept_many,
    ask_accept,
    ask_undo,
    shares_of,
    undo_many,
)
from bank.services.debiting import apply_debits, apply_line
from bank.services.deciding import (
    ACCOUNTS,
    AlreadyDecided,
    BadDecision,
    Handling,
    ShareOf,
    book_line,
    credit_line,
    flag_line,
    ignore_line,
    keep_apart,
    note_line,
)
from bank.services.describing import BadColumns, describe_table
from bank.services.dropping import read_drop_folder
from bank.services.glancing import FRESH, glance, seconds_of
from bank.services.importing import import_file
from bank.services.leaving import apply_leaving, choices_for, choose
from bank.services.matching import match_new
from bank.services.meeting import meet_announced, reopen_announced
from bank.services.owning import own_accounts
from bank.services.planning import Chain, NotWhole, Planned, Preview, chain_words, summary, work_by_state
from bank.services.receipting import tell
from bank.services.reporting import read_report
from bank.services.ruling import BadRules, Change, Shadow, activate_rules, draft_rules, shadow
from bank.services.undoing import NeedsApproval, ask_or_undo, undo, undo_approved
from bank.words import LineState

__all__ = [
    "ACCOUNTS",
    "AT_ONCE",
    "FRESH",
    "MOST_AT_ONCE",
    "AlreadyDecided",
    "AmountRefused",
    "Announcement",
    "BadColumns",
    "BadDecision",
    "BadRules",
    "Chain",
    "Change",
    "DayRefused",
    "Handling",
    "LineState",
    "NeedsApproval",
    "NotAnnounceable",
    "NotDue",
    "NotWhole",
    "NotWithdrawable",
    "NothingToAgree",
    "Picked",
    "Planned",
    "Preview",
    "Shadow",
    "ShareOf",
    "TooManyAnnounced",
    "accept_many",
    "activate_rules",
    "announce",
    "apply_debits",
    "apply_leaving",
    "apply_line",
    "ask_accept",
    "ask_anyway",
    "ask_or_undo",
    "ask_undo",
    "book_line",
    "chain_words",
    "choices_for",
    "choose",
    "credit_line",
    "days_to_announce",
    "describe_table",
    "draft_rules",
    "expire_announced",
    "flag_line",
    "gap_of",
    "glance",
    "ignore_line",
    "import_agreed",
    "import_file",
    "keep_apart",
    "match_new",
    "meet_announced",
    "note_line",
    "own_accounts",
    "preview_anyway",
    "read_drop_folder",
    "read_report",
    "reopen_announced",
    "seconds_of",
    "shadow",
    "shares_of",
    "summary",
    "tell",
    "undo",
    "undo_approved",
    "undo_many",
    "waiting_by_state",
    "withdraw_announced",
    "work_by_state",
]
