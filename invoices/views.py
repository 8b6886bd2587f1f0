"""The customer's documents: lists, pages, and the stored bytes."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from accounts.permissions import Permission, require_permission
from core.clock import local_date
from core.downloads import SheetForm, download_headers, sheet_download
from invoices import archive, selectors, services, tabs
from invoices.archive import ArchiveDamaged
from invoices.beside import boxes_of
from invoices.forms import InvoiceFilters, ZipForm
from invoices.models import Invoice, Quote, Receipt, ReceiptCancellation
from invoices.reports import invoice_sheet
from invoices.saying import said_of
from invoices.states import RenditionKind
from invoices.zipping import DOCUMENTS_AT_MOST, TooLarge, zip_of

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponseBase

    from accounts.permissions import CustomerRequest
    from invoices.models import Attestation, Rendition

    Document = Attestation | Invoice | Quote | Receipt | ReceiptCancellation

logger = logging.getLogger(__name__)
PAGE_SIZE = 25


@require_permission(Permission.SEE)
@require_safe
def invoice_list(request: CustomerRequest) -> HttpResponse:
    """Invoices, newest first: by state, year, words."""
    filters = InvoiceFilters(request.GET, years=selectors.invoice_years(request.customer))
    found = selectors.invoices_of(request.customer, filters.query, on=local_date(request.now))
    page = Paginator(range(len(found)), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "filters": filters,
        "tabs": tabs.states(found.counts, filters),
        "page": page,
        "rows": found.page(page.number, size=PAGE_SIZE),
        "zip_year": filters.query.year or local_date(request.now).year,
        "kept": f"?{urlencode(filters.kept)}" if filters.kept else "",
    }
    return render(request, "invoices/list.html", context)


@require_permission(Permission.SEE)
@require_safe
def invoice_table(request: CustomerRequest, form: str) -> HttpResponseBase:
    """The list with the same filters, all its pages, as a spreadsheet."""
    query = InvoiceFilters(request.GET, years=selectors.invoice_years(request.customer)).query
    found = selectors.invoices_of(request.customer, query, on=local_date(request.now))
    stem = f"factures-{request.customer.reference.compact}{f'-{query.year}' if query.year else ''}"
    return sheet_download(invoice_sheet(found.everything, on=local_date(request.now)), SheetForm(form), stem=stem)


@require_permission(Permission.SEE)
@require_safe
def invoice_detail(request: CustomerRequest, public_id: UUID) -> HttpResponse:
    """One invoice: the content of the paper, and what was paid; or one credit note."""
    try:
        invoice = selectors.issued_invoice(request.customer, public_id)
    except Invoice.DoesNotExist:
        raise Http404 from None
    boxes = boxes_of(invoice, at=request.now)
    if invoice.is_credit_note:
        page_of_note = selectors.credit_note_page(invoice)
        return render(request, "invoices/credit_note.html", {"page": page_of_note, "boxes": boxes})
    page = selectors.invoice_page(invoice, on=local_date(request.now))
    said = said_of(invoice, at=request.now) if page.open else []
    return render(request, "invoices/detail.html", {"page": page, "said": said, "boxes": boxes})


@require_permission(Permission.SEE)
@require_safe
def invoice_pdf(request: CustomerRequest, public_id: UUID) -> HttpResponse:
    """The stored Factur-X of an invoice, or else its PDF."""
    invoice = _own_invoice(request, public_id)
    return stored_file(request, invoice, selectors.files_of(invoice).best)


@require_permission(Permission.SEE)
@require_safe
def invoice_plain_pdf(request: CustomerRequest, public_id: UUID) -> HttpResponse:
    """The stored PDF of an invoice, without its XML."""
    invoice = _own_invoice(request, public_id)
    return stored_file(request, invoice, selectors.files_of(invoice).pdf)


@require_permission(Permission.SEE)
@require_safe
def invoice_xml(request: CustomerRequest, public_id: UUID) -> HttpResponse:
    """The stored XML of an invoice, alone; none while its checks call it invalid."""
    invoice = _own_invoice(request, public_id)
    files = selectors.files_of(invoice)
    if files.is_invalid:
        return render(request, "invoices/no_facturx.html", {"invoice": invoice}, status=HTTPStatus.CONFLICT)
    return stored_file(request, invoice, files.xml)


@require_permission(Permission.SEE)
@require_safe
def invoice_paid_copy(request: CustomerRequest, public_id: UUID) -> HttpResponse:
    """The copy of a paid invoice that says when and by what; back to the invoice while something is open."""
    invoice = _own_invoice(request, public_id)
    try:
        rendition = services.render_paid(invoice, at=request.now)
    except services.NotPaid as refusal:
        messages.warning(request, str(refusal))
        return redirect("invoices:detail", public_id)
    return stored_file(request, invoice, rendition)


@require_permission(Permission.SEE)
@require_safe
def receipt_list(request: CustomerRequest) -> HttpResponse:
    """Receipts, newest first."""
    page = Paginator(selectors.receipts_of(request.customer), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "zip_year": local_date(request.now).year}
    return render(request, "invoices/receipts.html", context)


@require_permission(Permission.SEE)
@require_safe
def receipt_pdf(request: CustomerRequest, public_id: UUID) -> HttpResponse:
    """The stored PDF of a receipt."""
    try:
        receipt = selectors.get_receipt(request.customer, public_id)
    except Receipt.DoesNotExist:
        raise Http404 from None
    return stored_file(request, receipt, selectors.receipt_file(receipt))


@require_permission(Permission.SEE)
@require_safe
def cancellation_pdf(request: CustomerRequest, public_id: UUID) -> HttpResponse:
    """The stored PDF of the cancellation of a receipt."""
    try:
        cancellation = selectors.get_cancellation(request.customer, public_id)
    except ReceiptCancellation.DoesNotExist:
        raise Http404 from None
    return stored_file(request, cancellation, selectors.cancellation_file(cancellation))


@require_permission(Permission.SEE)
@require_safe
def documents_zip(request: CustomerRequest) -> HttpResponseBase:
    """Chosen invoices, or all documents of a period, in one zip."""
    form = ZipForm(request.GET)
    if form.numbers:
        documents = selectors.chosen_invoices(request.customer, form.numbers)
    elif form.period:
        documents = selectors.documents_of(request.customer, form.period)
    else:
        documents = []
    if not documents:
        return _back(request, gettext("There is no document there. Choose at least one invoice, or another year."))
    try:
        parts = zip_of(documents, language=get_language() or "fr")
    except TooLarge:
        return _back(
            request,
            gettext("One zip holds %(most)s documents at most. Choose a month of that year.")
            % {"most": DOCUMENTS_AT_MOST},
        )
    name = f"documents-{request.customer.reference.compact}{f'-{form.period.start.year}' if form.period else ''}.zip"
    return StreamingHttpResponse(parts, headers=download_headers("application/zip", name))


def _own_invoice(request: CustomerRequest, public_id: UUID) -> Invoice:
    try:
        return selectors.issued_invoice(request.customer, public_id)
    except Invoice.DoesNotExist:
        raise Http404 from None


def stored_file(request: CustomerRequest, document: Document, rendition: Rendition | None) -> HttpResponse:
    """The stored bytes, checked; or a page that says why there are none."""
    if rendition is None:
        return render(request, "invoices/preparing.html", {"document": document}, status=HTTPStatus.ACCEPTED)
    try:
        content = archive.read(rendition.sha256)
    except ArchiveDamaged as damage:
        logger.error("Archive: %s of %s", damage, document)  # noqa: TRY400 - the reason is in the message
        return render(request, "invoices/damaged.html", {"document": document}, status=HTTPStatus.INTERNAL_SERVER_ERROR)
    kind = RenditionKind(rendition.kind)
    return HttpResponse(content, headers=download_headers(kind.media_type, kind.file_name(str(document.number))))


def _back(request: CustomerRequest, text: str) -> HttpResponse:
    messages.warning(request, text)
    return redirect("invoices:list")
