"""Tables made from documents, for spreadsheets and returns: `from invoices import reports`. Nothing is stored."""

from __future__ import annotations

from invoices.reports.listing import invoice_sheet

__all__ = ["invoice_sheet"]
