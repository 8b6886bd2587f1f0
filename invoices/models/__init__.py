"""Documents: invoices and credit notes, receipts, the series of their numbers, and their stored bytes."""

from __future__ import annotations

from invoices.models.invoice import LABEL_LENGTH, ROUTING_LENGTHS, Invoice, InvoiceLine, InvoiceVat
from invoices.models.rate import VatRate
from invoices.models.receipt import Receipt
from invoices.models.rendition import Rendition
from invoices.models.series import DocumentSeries

__all__ = [
    "LABEL_LENGTH",
    "ROUTING_LENGTHS",
    "DocumentSeries",
    "Invoice",
    "InvoiceLine",
    "InvoiceVat",
    "Receipt",
    "Rendition",
    "VatRate",
]
