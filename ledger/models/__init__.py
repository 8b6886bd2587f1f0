"""The tables of the ledger. Only this app imports them; other apps use its services and selectors."""

from __future__ import annotations

from ledger.models.journal import Account, CustomerBalance, Entry, StatementRow, Tx
from ledger.models.proof import Closing, ClosingKind, Link
from ledger.models.record import ClosedMonth, SealedEvent
from ledger.models.subledger import Allocation, Hold, Lot, LotMovement, OpenItem, VatMovement, VatShare

__all__ = [
    "Account",
    "Allocation",
    "ClosedMonth",
    "Closing",
    "ClosingKind",
    "CustomerBalance",
    "Entry",
    "Hold",
    "Link",
    "Lot",
    "LotMovement",
    "OpenItem",
    "SealedEvent",
    "StatementRow",
    "Tx",
    "VatMovement",
    "VatShare",
]
