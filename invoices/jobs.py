"""Work of documents that waits for a worker: files, in a queue of their own, and the mails about invoices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from invoices.events import documents_issued
from invoices.services import announcing, quote_mails, rehashing, rendering
from outbox.registry import job

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from invoices.models import Rendition

CHECK_ARCHIVE = "invoices.check_archive"


_PAPERS: Final[Mapping[str, Callable[..., Rendition]]] = {
    "receipt_id": rendering.render_receipt,
    "attestation_id": rendering.render_attestation,
    "cancellation_id": rendering.render_cancellation,
    "quote_id": rendering.render_quote,
}


@job("invoices.render", queue="documents")
def render(*, at: datetime, invoice_id: int | None = None, **document: int) -> dict[str, str]:
    """Make and store the files of an invoice, or the PDF of one other document, named by its id."""
    if invoice_id is not None:
        made = rendering.render_invoice(invoice_id, at=at)
        return {"outcome": made.validation.outcome, "sha256": (made.facturx or made.pdf).sha256}
    for name, make in _PAPERS.items():
        if name in document:
            return {"sha256": make(document[name], at=at).sha256}
    raise ValueError("no document is named")


@job("invoices.announce")
def announce(*, at: datetime, invoice_ids: list[int]) -> None:
    """Write to the customers whose invoices were issued, and tell the apps above."""
    announcing.announce(invoice_ids, at=at)
    documents_issued.send_robust(None, invoice_ids=invoice_ids, at=at)


@job("invoices.announce_quote")
def announce_quote(*, at: datetime, quote_id: int) -> None:
    """Write to the customer to whom a quote was sent."""
    quote_mails.announce_quote(quote_id, at=at)


@job(CHECK_ARCHIVE, attempts=3)
def check_archive(*, at: datetime) -> dict[str, object]:
    """Hash every stored file again; the result names the first that are not whole."""
    found = rehashing.check_archive()
    return {"files": found.files, "wrong_count": found.wrong_count, "wrong": list(found.wrong)}
