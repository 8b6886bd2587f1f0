"""What our bank told us, and where the work on it stands."""

from __future__ import annotations

from bank.models.accounts import BankAccount, PartyAccount, TableProfile
from bank.models.announced import AnnouncedEvent, AnnouncedState, AnnouncedTransfer
from bank.models.lines import BankLine, LineDebit, LineWork
from bank.models.statements import Statement, StatementFile

__all__ = [
    "AnnouncedEvent",
    "AnnouncedState",
    "AnnouncedTransfer",
    "BankAccount",
    "BankLine",
    "LineDebit",
    "LineWork",
    "PartyAccount",
    "Statement",
    "StatementFile",
    "TableProfile",
]
