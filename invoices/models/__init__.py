"""Documents: invoices and credit notes with lines and VAT, quotes, receipts, attestations; their series, files."""

from __future__ import annotations

from invoices.models.attestation import Attestation
from invoices.models.cancellation import ReceiptCancellation
from invoices.models.invoice import BUYER_TEXTS, LABEL_LENGTH, ROUTING_LENGTHS, Invoice, InvoiceLine, InvoiceVat
from invoices.models.quote import Quote
from invoices.models.rate import VatRate
from invoices.models.receipt import Receipt
from invoices.models.references import ReferenceChange
from invoices.models.rendition import Rendition
from invoices.models.series import DocumentSeries
from invoices.models.validation import NOTE_LENGTH, Validation

__all__ = [
    "BUYER_TEXTS",
    "LABEL_LENGTH",
    "NOTE_LENGTH",
    "ROUTING_LENGTHS",
    "Attestation",
    "DocumentSeries",
    "Invoice",
    "InvoiceLine",
    "InvoiceVat",
    "Quote",
    "Receipt",
    "ReceiptCancellation",
    "ReferenceChange",
    "Rendition",
    "Validation",
    "VatRate",
]
