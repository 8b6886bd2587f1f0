"""Make the files of a document and keep them: read, check, print and store outside any transaction, then note them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Sum

from core.failpoints import failpoint
from core.money import Money
from invoices import archive, pdf
from invoices.extras import carried, extra_files
from invoices.models import Attestation, Invoice, Quote, Receipt, ReceiptCancellation, Rendition
from invoices.services.checking import Checked, check, check_file, record
from invoices.states import Outcome, RenditionKind
from outbox import services as outbox

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from invoices.models import InvoiceLine, InvoiceVat, Validation


class NotIssued(ValueError):
    """A draft has no stored form."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """What was made of an invoice. There is no Factur-X when its checks found something; the PDF there always is."""

    validation: Validation
    pdf: Rendition
    xml: Rendition
    facturx: Rendition | None


def render_invoice(invoice_id: int, *, at: datetime) -> Rendered:
    """Print an issued invoice with its present routing references, check its XML, store all. Twice is once.

    An XML that breaks a rule is kept for staff, who are told, and there is no Factur-X. When the checking itself
    fails, the PDF is stored all the same and the error raised. Raises NotIssued, Invoice.DoesNotExist.
    """
    invoice = Invoice.objects.select_related("original", "replaces").get(pk=invoice_id)
    if not invoice.is_issued:
        raise NotIssued(f"{invoice} is a draft")
    lines = list(invoice.lines.order_by("position"))
    vat = list(invoice.vat.order_by("-rate", "category"))
    try:
        checked = check(invoice, lines, vat)
    except Exception:
        _note_pdf(invoice, _archive(pdf.invoice_pdf(invoice, lines, vat)), at=at)
        raise
    outbox.report(1, 2, invoice.number or "")  # a long one keeps its lease
    return _keep(invoice, *_print(invoice, lines, vat, checked), at=at)


def render_receipt(receipt_id: int, *, at: datetime) -> Rendition:
    """Print a receipt and store it. The same bytes are stored once. Raises Receipt.DoesNotExist."""
    receipt = Receipt.objects.select_related("restores__receipt").get(pk=receipt_id)
    stored = _archive(pdf.receipt_pdf(receipt))
    rendition, _ = Rendition.objects.get_or_create(
        receipt=receipt, kind=RenditionKind.PDF, sha256=stored.sha256, defaults={"size": stored.size, "created_at": at}
    )
    return rendition


def render_cancellation(cancellation_id: int, *, at: datetime) -> Rendition:
    """Print the cancellation of a receipt and store it, as `render_receipt`."""
    cancellation = ReceiptCancellation.objects.select_related("receipt").get(pk=cancellation_id)
    earlier = ReceiptCancellation.objects.filter(receipt=cancellation.receipt_id, pk__lt=cancellation.pk)
    before = Money(earlier.aggregate(cents=Sum("amount_cents", default=0))["cents"])
    stored = _archive(pdf.cancellation_pdf(cancellation, before=before))
    rendition, _ = Rendition.objects.get_or_create(
        cancellation=cancellation,
        kind=RenditionKind.PDF,
        sha256=stored.sha256,
        defaults={"size": stored.size, "created_at": at},
    )
    return rendition


def render_attestation(attestation_id: int, *, at: datetime) -> Rendition:
    """Print an attestation and store it, as `render_receipt`. Raises Attestation.DoesNotExist."""
    attestation = Attestation.objects.get(pk=attestation_id)
    stored = _archive(pdf.attestation_pdf(attestation))
    rendition, _ = Rendition.objects.get_or_create(
        attestation=attestation,
        kind=RenditionKind.PDF,
        sha256=stored.sha256,
        defaults={"size": stored.size, "created_at": at},
    )
    return rendition


def render_quote(quote_id: int, *, at: datetime) -> Rendition:
    """Print a quote and store it. The same bytes are stored once. Raises Quote.DoesNotExist."""
    quote = Quote.objects.get(pk=quote_id)
    stored = _archive(pdf.quote_pdf(quote))
    rendition, _ = Rendition.objects.get_or_create(
        quote=quote, kind=RenditionKind.PDF, sha256=stored.sha256, defaults={"size": stored.size, "created_at": at}
    )
    return rendition


@dataclass(frozen=True, slots=True)
class _Stored:
    """Bytes that lie in the archive: a row never names a file that is not there."""

    sha256: str
    size: int


def _archive(content: bytes) -> _Stored:
    """Store these bytes."""
    return _Stored(archive.store(content), len(content))


def _print(
    invoice: Invoice, lines: Sequence[InvoiceLine], vat: Sequence[InvoiceVat], checked: Checked
) -> tuple[Checked, bytes, bytes | None]:
    if not checked.is_valid:
        return checked, pdf.invoice_pdf(invoice, lines, vat), None
    plain, hybrid = pdf.invoice_pdf_and_facturx(invoice, lines, vat, checked.xml, extra_files(invoice))
    checked = check_file(checked, len(hybrid))
    return checked, plain, hybrid if checked.is_valid else None


def _keep(invoice: Invoice, checked: Checked, plain: bytes, hybrid: bytes | None, *, at: datetime) -> Rendered:
    stored_pdf, stored_xml = _archive(plain), _archive(checked.xml)
    stored_facturx = _archive(hybrid) if hybrid is not None else None
    failpoint("invoices-files-stored")
    with transaction.atomic():
        validation = record(invoice, checked, at=at)
        paper = _note_pdf(invoice, stored_pdf, at=at)
        xml = _note(invoice, RenditionKind.XML, stored_xml, at=at, validation=validation)
        facturx = None
        if stored_facturx is not None and validation.outcome == Outcome.VALID:
            facturx = _note(invoice, RenditionKind.FACTURX, stored_facturx, at=at, validation=validation)
    return Rendered(validation, paper, xml, facturx)


def _note_pdf(invoice: Invoice, stored: _Stored, *, at: datetime) -> Rendition:
    return _note(invoice, RenditionKind.PDF, stored, at=at, validation=None)


def _note(
    invoice: Invoice, kind: RenditionKind, stored: _Stored, *, at: datetime, validation: Validation | None
) -> Rendition:
    rendition, _ = Rendition.objects.get_or_create(
        invoice=invoice,
        kind=kind,
        sha256=stored.sha256,
        defaults={
            "size": stored.size,
            "routing": carried(invoice),
            "created_at": at,
            "validation": validation,
        },
    )
    return rendition
