"""The verbs of documents: draft, quote, issue, credit, correct, write receipts and cancel them, render, check."""

from __future__ import annotations

from invoices.numbering import DateBeforeLast
from invoices.services.accepting import Agreement, QuoteChanged, accept, accept_by_money
from invoices.services.attesting import NothingPaid, StillDue, attest_nothing_due, attest_paid_in
from invoices.services.cancelling import BadCancellation, Return, Reversal, cancel_receipt, restore_receipt
from invoices.services.checking import NothingToHandle, handle, print_again
from invoices.services.correcting import CannotCorrect, Correction, correct_buyer
from invoices.services.crediting import BadCredit, CreditKeyReused, Request, TakenBack, issue_credit_note
from invoices.services.drafting import BadLine, BadReference, NewLine, draft, read_line
from invoices.services.issuing import NothingToBill, TooMany, issue, issue_many
from invoices.services.paid_copies import NotPaid, render_paid
from invoices.services.quoting import (
    BadValidity,
    QuoteClosed,
    expire_quotes,
    refuse_quote,
    send_quote,
    withdraw_quote,
)
from invoices.services.receiving import ReceiptKeyReused, issue_receipt
from invoices.services.referencing import BadReferences, read_reference, set_references
from invoices.services.rendering import (
    NotIssued,
    Rendered,
    render_attestation,
    render_cancellation,
    render_invoice,
    render_quote,
    render_receipt,
)
from invoices.tax import VatNotDecided

__all__ = [
    "Agreement",
    "BadCancellation",
    "BadCredit",
    "BadLine",
    "BadReference",
    "BadReferences",
    "BadValidity",
    "CannotCorrect",
    "Correction",
    "CreditKeyReused",
    "DateBeforeLast",
    "NewLine",
    "NotIssued",
    "NotPaid",
    "NothingPaid",
    "NothingToBill",
    "NothingToHandle",
    "QuoteChanged",
    "QuoteClosed",
    "ReceiptKeyReused",
    "Rendered",
    "Request",
    "Return",
    "Reversal",
    "StillDue",
    "TakenBack",
    "TooMany",
    "VatNotDecided",
    "accept",
    "accept_by_money",
    "attest_nothing_due",
    "attest_paid_in",
    "cancel_receipt",
    "correct_buyer",
    "draft",
    "expire_quotes",
    "handle",
    "issue",
    "issue_credit_note",
    "issue_many",
    "issue_receipt",
    "print_again",
    "read_line",
    "read_reference",
    "refuse_quote",
    "render_attestation",
    "render_cancellation",
    "render_invoice",
    "render_paid",
    "render_quote",
    "render_receipt",
    "restore_receipt",
    "send_quote",
    "set_references",
    "withdraw_quote",
]
