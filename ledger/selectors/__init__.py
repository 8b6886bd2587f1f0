"""Questions to the ledger, in the customer's sense: `from ledger import selectors as ledger`."""

from __future__ import annotations

from ledger.selectors.accounts import account_balance
from ledger.selectors.balances import Balance, amount_to_collect, balances_of, get_balance, nets_of
from ledger.selectors.items import (
    AllocationView,
    BookedCreditNote,
    BookedDocument,
    HeldLot,
    LotView,
    OpenItemView,
    allocations_of,
    booked_credit_notes,
    booked_documents,
    held_lots,
    lots_of,
    open_amounts,
    open_items,
    overdue_items,
)
from ledger.selectors.statement import (
    SEARCHED,
    Movement,
    StatementPage,
    StatementQuery,
    balance_series,
    iter_statement,
    statement_page,
    statement_years,
)

__all__ = [
    "SEARCHED",
    "AllocationView",
    "Balance",
    "BookedCreditNote",
    "BookedDocument",
    "HeldLot",
    "LotView",
    "Movement",
    "OpenItemView",
    "StatementPage",
    "StatementQuery",
    "account_balance",
    "allocations_of",
    "amount_to_collect",
    "balance_series",
    "balances_of",
    "booked_credit_notes",
    "booked_documents",
    "get_balance",
    "held_lots",
    "iter_statement",
    "lots_of",
    "nets_of",
    "open_amounts",
    "open_items",
    "overdue_items",
    "statement_page",
    "statement_years",
]
