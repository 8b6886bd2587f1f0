"""The verbs of the ledger: `from ledger import services as ledger`.

Each opens its own transaction (a savepoint inside another one), may be repeated with the same key, and calls nobody
outside. Amounts are Money in the customer's sense; the books themselves are debit-positive.
"""

from __future__ import annotations

from ledger.bundle import Leg, Posting, Source, credit, debit
from ledger.kinds import AllocationKind, HiddenKind, ItemKind, Journal, MovementKind, Origin
from ledger.services.accounts import NotABankAccount, open_bank_account
from ledger.services.closing import close_periods
from ledger.services.documents import Booked, CreditLeg, NewDocument, Release, book_documents
from ledger.services.holds import NotEnough, hold_incoming, hold_outgoing, lock_customers, release_hold
from ledger.services.money_back import AlreadyRestored, restore_money
from ledger.services.money_in import Arrival, Received, Settled, receive_many, receive_money
from ledger.services.money_out import MoneyOut, refund_lot, reverse_money
from ledger.services.moves import dispute_item, move_due_date, move_money, restart_reminders, settle, withdraw
from ledger.services.pieces import Piece
from ledger.services.posting import PostedTx, TakesEffectLater, post
from ledger.services.record import MonthNotOver, close_month, record, record_many
from ledger.services.reducing import DebitLeg, FreedLot, Reduced, TooMuch, book_credit_note, write_off
from ledger.services.sealing import seal
from ledger.services.writing import KeyReused

__all__ = [
    "AllocationKind",
    "AlreadyRestored",
    "Arrival",
    "Booked",
    "CreditLeg",
    "DebitLeg",
    "FreedLot",
    "HiddenKind",
    "ItemKind",
    "Journal",
    "KeyReused",
    "Leg",
    "MoneyOut",
    "MonthNotOver",
    "MovementKind",
    "NewDocument",
    "NotABankAccount",
    "NotEnough",
    "Origin",
    "Piece",
    "PostedTx",
    "Posting",
    "Received",
    "Reduced",
    "Release",
    "Settled",
    "Source",
    "TakesEffectLater",
    "TooMuch",
    "book_credit_note",
    "book_documents",
    "close_month",
    "close_periods",
    "credit",
    "debit",
    "dispute_item",
    "hold_incoming",
    "hold_outgoing",
    "lock_customers",
    "move_due_date",
    "move_money",
    "open_bank_account",
    "post",
    "receive_many",
    "receive_money",
    "record",
    "record_many",
    "refund_lot",
    "release_hold",
    "restart_reminders",
    "restore_money",
    "reverse_money",
    "seal",
    "settle",
    "withdraw",
    "write_off",
]
