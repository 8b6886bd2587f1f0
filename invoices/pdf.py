"""Documents as PDF: the template of a document, filled with what was frozen, and printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.template.loader import render_to_string
from django.utils import translation

from invoices.paper import invoice_paper, receipt_paper

if TYPE_CHECKING:
    from collections.abc import Sequence

    from invoices.models import Invoice, InvoiceLine, InvoiceVat, Receipt


def invoice_pdf(invoice: Invoice, lines: Sequence[InvoiceLine], vat: Sequence[InvoiceVat]) -> bytes:
    """The PDF of an issued invoice, in its buyer's language. No query, no clock: the same rows give the same bytes."""
    with translation.override(invoice.buyer["language"]):
        page = render_to_string("paper/invoice.html", {"paper": invoice_paper(invoice, lines, vat)})
    return _press(page, identifier=str(invoice.number))


def receipt_pdf(receipt: Receipt) -> bytes:
    """The PDF of a receipt, in the payer's language. Promise as `invoice_pdf`."""
    with translation.override(receipt.buyer["language"]):
        page = render_to_string("paper/receipt.html", {"paper": receipt_paper(receipt)})
    return _press(page, identifier=receipt.number)


def _press(page: str, *, identifier: str) -> bytes:
    from invoices.press import press  # noqa: PLC0415 - 0.8 s and 60 MB, for those who really print

    return press(page, identifier=identifier)
