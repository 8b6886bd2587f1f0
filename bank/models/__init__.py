"""What our bank told us, and where the work on it stands."""

from __future__ import annotations

from bank.models.accounts import BankAccount, PartyAccount, TableProfile
from bank.models.announced import AnnouncedEvent, AnnouncedState, AnnouncedTransfer
from bank.models.decisions import Decision, Judgement, LineGlance, LineNote, Share
from bank.models.lines import BankLine, LineDebit, LineWork
from bank.models.rules import RuleSet
from bank.models.statements import Statement, StatementFile

__all__ = [
    "AnnouncedEvent",
    "AnnouncedState",
    "AnnouncedTransfer",
    "BankAccount",
    "BankLine",
    "Decision",
    "Judgement",
    "LineDebit",
    "LineGlance",
    "LineNote",
    "LineWork",
    "PartyAccount",
    "RuleSet",
    "Share",
    "Statement",
    "StatementFile",
    "TableProfile",
]
