"""Work of documents that waits for a worker: PDFs, in a queue of their own, and the mails about invoices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invoices.services import announcing, rendering
from outbox.registry import job

if TYPE_CHECKING:
    from datetime import datetime


@job("invoices.render", queue="documents")
def render(*, at: datetime, invoice_id: int | None = None, receipt_id: int | None = None) -> dict[str, str]:
    """Make and store the PDF of an invoice or of a receipt."""
    if invoice_id is not None:
        rendition = rendering.render_invoice(invoice_id, at=at)
    elif receipt_id is not None:
        rendition = rendering.render_receipt(receipt_id, at=at)
    else:
        raise ValueError("neither an invoice nor a receipt is named")
    return {"sha256": rendition.sha256}


@job("invoices.announce")
def announce(*, at: datetime, invoice_ids: list[int]) -> None:
    """Write to the customers whose invoices were issued."""
    announcing.announce(invoice_ids, at=at)
