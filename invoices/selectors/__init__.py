"""Questions about documents: lists as customers read them, one document with all it needs, its stored forms."""

from __future__ import annotations

from invoices.selectors.corrections import (
    Correction,
    correction_of,
    last_day_to_correct,
    why_not_correct,
    why_not_with,
)
from invoices.selectors.credits import (
    CreditNotePage,
    credit_note_by_key,
    credit_note_page,
    credit_notes_of,
    credited_totals,
    left_of,
    money_to_refund,
    with_taken,
)
from invoices.selectors.documents import (
    InvoicePage,
    get_invoice,
    get_receipt,
    invoice_by_number,
    invoice_page,
    issued_invoice,
    open_amount,
    receipt_file,
    receipt_for,
    receipts_of,
    receipts_that_paid,
)
from invoices.selectors.dossiers import InvoiceDossier, ServiceSold, dossiers_of
from invoices.selectors.files import DocumentFiles, files_of, files_of_many, last_validation, waiting_validations
from invoices.selectors.lists import (
    Counts,
    InvoiceQuery,
    InvoiceRow,
    invoice_state,
    invoice_states,
    invoice_years,
    invoices_of,
)
from invoices.selectors.paid import PaidBy, paid_in_full
from invoices.selectors.periods import Period, StoredDocument, chosen_invoices, documents_among, documents_of
from invoices.selectors.proofs import what_is_missing
from invoices.selectors.quotes import QuotePage, get_quote, quote_file, quote_page, quote_state, quotes_of
from invoices.selectors.series import ArchiveState, SeriesState, archive_state, series_states, stored_hashes
from invoices.selectors.statements import AccountStatement, TooManyMovements, account_statement

__all__ = [
    "AccountStatement",
    "ArchiveState",
    "Correction",
    "Counts",
    "CreditNotePage",
    "DocumentFiles",
    "InvoiceDossier",
    "InvoicePage",
    "InvoiceQuery",
    "InvoiceRow",
    "PaidBy",
    "Period",
    "QuotePage",
    "SeriesState",
    "ServiceSold",
    "StoredDocument",
    "TooManyMovements",
    "account_statement",
    "archive_state",
    "chosen_invoices",
    "correction_of",
    "credit_note_by_key",
    "credit_note_page",
    "credit_notes_of",
    "credited_totals",
    "documents_among",
    "documents_of",
    "dossiers_of",
    "files_of",
    "files_of_many",
    "get_invoice",
    "get_quote",
    "get_receipt",
    "invoice_by_number",
    "invoice_page",
    "invoice_state",
    "invoice_states",
    "invoice_years",
    "invoices_of",
    "issued_invoice",
    "last_day_to_correct",
    "last_validation",
    "left_of",
    "money_to_refund",
    "open_amount",
    "paid_in_full",
    "quote_file",
    "quote_page",
    "quote_state",
    "quotes_of",
    "receipt_file",
    "receipt_for",
    "receipts_of",
    "receipts_that_paid",
    "series_states",
    "stored_hashes",
    "waiting_validations",
    "what_is_missing",
    "why_not_correct",
    "why_not_with",
    "with_taken",
]
