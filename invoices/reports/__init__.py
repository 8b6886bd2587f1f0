"""Tables made from documents, for spreadsheets and returns: `from invoices import reports`. Nothing is stored."""

from __future__ import annotations

from invoices.reports.deferred import deferred_lines, deferred_part, deferred_sheets
from invoices.reports.listing import invoice_sheet
from invoices.reports.periods import Period, Quarter, months_of
from invoices.reports.returns import (
    ReturnRefused,
    des_lines,
    des_sheet,
    des_xml,
    oss_corrections,
    oss_lines,
    oss_sheets,
)
from invoices.reports.vat import vat_month, vat_report

__all__ = [
    "Period",
    "Quarter",
    "ReturnRefused",
    "deferred_lines",
    "deferred_part",
    "deferred_sheets",
    "des_lines",
    "des_sheet",
    "des_xml",
    "invoice_sheet",
    "months_of",
    "oss_corrections",
    "oss_lines",
    "oss_sheets",
    "vat_month",
    "vat_report",
]
