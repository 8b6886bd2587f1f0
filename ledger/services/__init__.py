"""The verbs of the ledger: `from ledger import services as ledger`.

Each opens its own transaction (a savepoint inside another one), may be repeated with the same key, and calls nobody
outside. Amounts are Money in the customer's sense; the books themselves are debit-positive.
"""

from __future__ import annotations

from ledger.bundle import Leg, Posting, Source, credit, debit
from ledger.kinds import AllocationKind, HiddenKind, ItemKind, Journal, MovementKind, Origin
from ledger.services.documents import Booked, CreditLeg, NewDocument, Release, book_documents
from ledger.services.holds import NotEnough, hold_incoming, hold_outgoing, lock_customers, release_hold
from ledger.services.money_in import Received, Settled, receive_money
from ledger.services.posting import PostedTx, post
from ledger.services.record import MonthNotOver, close_month, record
from ledger.services.writing import KeyReused

__all__ = [
    "AllocationKind",
    "Booked",
    "CreditLeg",
    "HiddenKind",
    "ItemKind",
    "Journal",
    "KeyReused",
    "Leg",
    "MonthNotOver",
    "MovementKind",
    "NewDocument",
    "NotEnough",
    "Origin",
    "PostedTx",
    "Posting",
    "Received",
    "Release",
    "Settled",
    "Source",
    "book_documents",
    "close_month",
    "credit",
    "debit",
    "hold_incoming",
    "hold_outgoing",
    "lock_customers",
    "post",
    "receive_money",
    "record",
    "release_hold",
]
