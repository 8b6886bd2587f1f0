"""Documents as PDF: the template of a document, filled with what was frozen, and printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.template.loader import render_to_string
from django.utils import translation

from invoices.attestation_paper import attestation_paper
from invoices.cancellation_paper import cancellation_paper
from invoices.credit_paper import credit_note_paper
from invoices.paper import invoice_paper, receipt_paper
from invoices.quote_paper import quote_paper

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.money import Money
    from invoices.extras import ExtraFile
    from invoices.models import Attestation, Invoice, InvoiceLine, InvoiceVat, Quote, Receipt, ReceiptCancellation


def invoice_pdf(invoice: Invoice, lines: Sequence[InvoiceLine], vat: Sequence[InvoiceVat]) -> bytes:
    """The PDF of an issued invoice, in its buyer's language. No query, no clock: the same rows give the same bytes."""
    from invoices.press import press  # noqa: PLC0415 - 0.8 s and 60 MB, for those who really print

    return press(_page(invoice, lines, vat), identifier=str(invoice.number))


def invoice_pdf_and_facturx(
    invoice: Invoice,
    lines: Sequence[InvoiceLine],
    vat: Sequence[InvoiceVat],
    xml: bytes,
    extras: Sequence[ExtraFile] = (),
) -> tuple[bytes, bytes]:
    """The same PDF, and the Factur-X of it with this XML and extra files inside: drawn once. As `invoice_pdf`."""
    from invoices.press import press_with_xml  # noqa: PLC0415 - as above

    if invoice.issued_at is None:
        raise TypeError(f"{invoice} is not issued")
    page, number = _page(invoice, lines, vat), str(invoice.number)
    return press_with_xml(page, xml, identifier=number, at=invoice.issued_at, extras=extras)


def receipt_pdf(receipt: Receipt) -> bytes:
    """The PDF of a receipt, in the payer's language. Promise as `invoice_pdf`."""
    from invoices.press import press  # noqa: PLC0415 - as above

    with translation.override(receipt.buyer["language"]):
        page = render_to_string("paper/receipt.html", {"paper": receipt_paper(receipt)})
    return press(page, identifier=receipt.number)


def cancellation_pdf(cancellation: ReceiptCancellation, *, before: Money) -> bytes:
    """The PDF of the cancellation of a receipt, of which `before` was cancelled earlier. Promise as `invoice_pdf`."""
    from invoices.press import press  # noqa: PLC0415 - as above

    with translation.override(cancellation.buyer["language"]):
        page = render_to_string("paper/cancellation.html", {"paper": cancellation_paper(cancellation, before=before)})
    return press(page, identifier=cancellation.number)


def attestation_pdf(attestation: Attestation) -> bytes:
    """The PDF of an attestation, in its customer's language. Promise as `invoice_pdf`."""
    from invoices.press import press  # noqa: PLC0415 - as above

    with translation.override(attestation.buyer["language"]):
        page = render_to_string("paper/attestation.html", {"paper": attestation_paper(attestation)})
    return press(page, identifier=attestation.number)


def quote_pdf(quote: Quote) -> bytes:
    """The PDF of a quote or of a pro forma invoice, in its buyer's language. Promise as `invoice_pdf`."""
    from invoices.press import press  # noqa: PLC0415 - as above

    with translation.override(quote.buyer["language"]):
        page = render_to_string("paper/quote.html", {"paper": quote_paper(quote)})
    return press(page, identifier=quote.number)


def _page(invoice: Invoice, lines: Sequence[InvoiceLine], vat: Sequence[InvoiceVat]) -> str:
    with translation.override(invoice.buyer["language"]):
        if invoice.is_credit_note:
            return render_to_string("paper/credit_note.html", {"paper": credit_note_paper(invoice, lines, vat)})
        return render_to_string("paper/invoice.html", {"paper": invoice_paper(invoice, lines, vat)})
