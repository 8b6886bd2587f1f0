"""What our bank told us, and where the work on it stands."""

from __future__ import annotations

from bank.models.accounts import BankAccount, PartyAccount, TableProfile
from bank.models.announced import AnnouncedEvent, AnnouncedState, AnnouncedTransfer
from bank.models.decisions import Decision, Judgement, LineGlance, LineNote, Share
from bank.models.lines import BankLine, LineDebit, LineWork
from bank.models.orders import (
    ORDER_LIVE,
    KeptRelease,
    LinePayout,
    LineRecall,
    OrderKind,
    OrderState,
    TransferFile,
    TransferFileEvent,
    TransferOrder,
    TransferOrderEvent,
)
from bank.models.rules import RuleSet
from bank.models.statements import AnywayRequest, Statement, StatementFile

__all__ = [
    "ORDER_LIVE",
    "AnnouncedEvent",
    "AnnouncedState",
    "AnnouncedTransfer",
    "AnywayRequest",
    "BankAccount",
    "BankLine",
    "Decision",
    "Judgement",
    "KeptRelease",
    "LineDebit",
    "LineGlance",
    "LineNote",
    "LinePayout",
    "LineRecall",
    "LineWork",
    "OrderKind",
    "OrderState",
    "PartyAccount",
    "RuleSet",
    "Share",
    "Statement",
    "StatementFile",
    "TableProfile",
    "TransferFile",
    "TransferFileEvent",
    "TransferOrder",
    "TransferOrderEvent",
]
