"""Make the PDF of a document and keep it: read, print and store outside any transaction, then note the rendition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invoices import archive, pdf
from invoices.models import ROUTING_LENGTHS, Invoice, Receipt, Rendition
from invoices.states import RenditionKind

if TYPE_CHECKING:
    from datetime import datetime


class NotIssued(ValueError):
    """A draft has no stored form."""


def render_invoice(invoice_id: int, *, at: datetime) -> Rendition:
    """Print an issued invoice with its present routing references, and store it. The same bytes are stored once.

    Raises NotIssued, Invoice.DoesNotExist.
    """
    invoice = Invoice.objects.get(pk=invoice_id)
    if not invoice.is_issued:
        raise NotIssued(f"{invoice} is a draft")
    lines = list(invoice.lines.order_by("position"))
    vat = list(invoice.vat.order_by("-rate", "category"))
    content = pdf.invoice_pdf(invoice, lines, vat)
    return _keep(content, at=at, invoice=invoice, routing={name: getattr(invoice, name) for name in ROUTING_LENGTHS})


def render_receipt(receipt_id: int, *, at: datetime) -> Rendition:
    """Print a receipt and store it. Promise as `render_invoice`."""
    receipt = Receipt.objects.get(pk=receipt_id)
    return _keep(pdf.receipt_pdf(receipt), at=at, receipt=receipt, routing={})


def _keep(
    content: bytes,
    *,
    at: datetime,
    routing: dict[str, str],
    invoice: Invoice | None = None,
    receipt: Receipt | None = None,
) -> Rendition:
    """The file first, then the row: a row never names a file that is not there."""
    sha256 = archive.store(content)
    rendition, _ = Rendition.objects.get_or_create(
        invoice=invoice,
        receipt=receipt,
        kind=RenditionKind.PDF,
        sha256=sha256,
        defaults={"size": len(content), "routing": routing, "created_at": at},
    )
    return rendition
