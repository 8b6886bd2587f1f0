"""What staff see of documents. Nothing is edited here: what is issued is immutable, drafts have pages of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from core import clock
from core.admin import ReadOnlyAdmin
from core.clock import local_date
from core.downloads import SheetForm, download_headers, sheet_download
from core.formats import money_text
from core.money import ZERO, Money
from invoices import selectors
from invoices.attestation_admin import AttestationAdmin
from invoices.document_admin import DocumentAdmin, ReadOnlyInline, RenditionInline
from invoices.models import (
    DocumentSeries,
    Invoice,
    InvoiceLine,
    InvoiceVat,
    ReferenceChange,
    Rendition,
    Validation,
)
from invoices.presenting import LINES_SHOWN
from invoices.rate_admin import VatRateAdmin
from invoices.receipt_admin import CancellationAdmin, ReceiptAdmin
from invoices.reports import invoice_sheet
from invoices.services import print_again
from invoices.states import RenditionKind
from invoices.validation_admin import ValidationAdmin
from invoices.zipping import DOCUMENTS_AT_MOST, TooLarge, zip_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponseBase
    from django.urls import URLPattern
    from django.utils.safestring import SafeString

__all__ = ["AttestationAdmin", "CancellationAdmin", "InvoiceAdmin", "ReceiptAdmin", "ValidationAdmin", "VatRateAdmin"]
WORKBOOK_ROWS = 20_000  # a workbook is written before its first byte is sent: some seconds


class LineInline(ReadOnlyInline):
    model = InvoiceLine
    verbose_name_plural = gettext_lazy("lines (the first 200)")
    fields = readonly_fields = ("label", "period_start", "period_end", "quantity", "unit_price", "rate", "net")
    ordering = ("position",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[InvoiceLine]:
        shown: QuerySet[InvoiceLine] = super().get_queryset(request).filter(position__lte=LINES_SHOWN)
        return shown

    @admin.display(description=gettext_lazy("amount before VAT"))
    def net(self, line: InvoiceLine) -> str:
        return money_text(Money(line.net_cents))


class VatInline(ReadOnlyInline):
    model = InvoiceVat
    fields = readonly_fields = (
        "treatment",
        "country",
        "category",
        "rate",
        "base",
        "vat",
        "mention",
        "revenue_account",
        "vat_account",
    )
    ordering = ("-rate", "category")

    @admin.display(description=gettext_lazy("base"))
    def base(self, group: InvoiceVat) -> str:
        return money_text(Money(group.base_cents))

    @admin.display(description=gettext_lazy("VAT"))
    def vat(self, group: InvoiceVat) -> str:
        return money_text(Money(group.vat_cents))


class ValidationInline(ReadOnlyInline):
    model = Validation
    fields = readonly_fields = ("outcome", "channel", "findings_count", "validators", "created_at")
    ordering = ("-created_at", "-pk")
    show_change_link = True


class ReferenceChangeInline(ReadOnlyInline):
    model = ReferenceChange
    fields = readonly_fields = ("at", "actor", "was", "became")
    ordering = ("-pk",)

    @admin.display(description=gettext_lazy("before"))
    def was(self, change: ReferenceChange) -> str:
        return _references_text(change.before)

    @admin.display(description=gettext_lazy("after"))
    def became(self, change: ReferenceChange) -> str:
        return _references_text(change.after)


def _references_text(references: Mapping[str, str]) -> str:
    return " · ".join(value for value in references.values() if value) or "–"


@admin.register(Invoice)
class InvoiceAdmin(DocumentAdmin):
    list_display = ("__str__", "customer", "issue_date", "due_date", "total", "paid_at_issue", "status", "files")
    list_filter = ("kind", "status", "issue_date", "customer__kind")
    ordering = ("-pk",)
    inlines = (LineInline, VatInline, ValidationInline, RenditionInline, ReferenceChangeInline)
    actions = ("make_files_again", "download_zip")
    change_list_template = "staff/invoices.html"
    kinds = (RenditionKind.FACTURX, RenditionKind.PDF, RenditionKind.XML)
    fields = readonly_fields = (
        "number",
        "kind",
        "status",
        "customer",
        "take_back",
        "original",
        "reason",
        "freed",
        "replaces",
        "subject",
        "issue_date",
        "due_date",
        "net",
        "vat",
        "total",
        "paid_at_issue",
        "open",
        "vat_on_debits",
        "vat_evidence",
        "service_code",
        "engagement_number",
        "market_number",
        "order_number",
        "free_text",
        "seller",
        "buyer",
        "ledger_tx",
        "content_hash",
        "actor",
        "created_at",
        "issued_at",
        "files",
        "trail",
    )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.table_view)
        return [path("tableau.<str:form>", view, name="invoices_invoice_table"), *super().get_urls()]

    def table_view(self, request: HttpRequest, form: str) -> HttpResponseBase:
        """What the filters and the search of the list keep, all its pages, as a spreadsheet."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if form not in SheetForm.values:
            raise Http404
        kept = self.get_changelist_instance(request).queryset
        if form == SheetForm.XLSX and kept.count() > WORKBOOK_ROWS:
            messages.warning(
                request,
                _("A workbook of more than %(most)s invoices is made in the background: ask for it in the exports.")
                % {"most": WORKBOOK_ROWS},
            )
            return redirect("admin:invoices_invoice_changelist")
        today = local_date(clock.now())
        return sheet_download(invoice_sheet(kept, on=today), SheetForm(form), stem=f"factures-{today.isoformat()}")

    def has_zip_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("invoices.view_invoice")

    @admin.action(description=gettext_lazy("Download the files (zip)"), permissions=["zip"])
    def download_zip(self, request: HttpRequest, queryset: QuerySet[Invoice]) -> HttpResponseBase | None:
        """The issued ones among the chosen, with their index and hashes, sent while it is written."""
        documents = selectors.documents_among(queryset, at_most=DOCUMENTS_AT_MOST + 1)
        if not documents:
            messages.warning(request, _("None of these is issued: there is no file yet."))
            return None
        try:
            parts = zip_of(documents, language=get_language() or "fr")
        except TooLarge:
            words = _("One zip holds %(most)s documents at most. Choose fewer.")
            messages.warning(request, words % {"most": DOCUMENTS_AT_MOST})
            return None
        name = f"factures-{local_date(clock.now()).isoformat()}.zip"
        return StreamingHttpResponse(parts, headers=download_headers("application/zip", name))

    def has_make_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("invoices.change_validation")

    @admin.action(description=gettext_lazy("Make the files again"), permissions=["make"])
    def make_files_again(self, request: HttpRequest, queryset: QuerySet[Invoice]) -> None:
        """After a correction of ours, or of the buyer's references."""
        asked = print_again(list(queryset), at=clock.now())
        words = ngettext(
            "The files of %(count)s invoice are made again.", "The files of %(count)s invoices are made again.", asked
        )
        messages.success(request, words % {"count": asked})

    def stored(self, document: Invoice, kind: RenditionKind) -> Rendition | None:
        return selectors.files_of(document).of(kind)

    @admin.display(description=gettext_lazy("audit trail"))
    def trail(self, invoice: Invoice) -> SafeString | str:
        if not invoice.number:
            return "–"
        return format_html(
            '<a href="{}">{}</a>', reverse("staff:trail", args=[invoice.number]), _("From order to money")
        )

    @admin.display(description=gettext_lazy("take back"))
    def take_back(self, invoice: Invoice) -> SafeString | str:
        """To the pages that issue a credit note, or correct the buyer."""
        if not invoice.number or invoice.is_credit_note:
            return "–"
        pages = (("staff:credit_note", _("Credit note")), ("staff:correct_invoice", _("Correct the billing details")))
        links = [(reverse(name, args=[invoice.number]), words) for name, words in pages]
        return format_html_join(" · ", '<a href="{}">{}</a>', links)

    @admin.display(description=gettext_lazy("money freed"))
    def freed(self, invoice: Invoice) -> SafeString | str:
        if not invoice.freed_cents:
            return "–"
        words = f"{money_text(Money(invoice.freed_cents))} – {invoice.get_freed_money_display()}"
        kept = sum((held.amount for held in selectors.money_to_refund(invoice)), ZERO)
        page = _page_of_refunds(invoice.customer.number) if kept else ""
        if not page:
            return words
        return format_html(
            '{} · <a href="{}">{}</a>', words, page, _("Give %(amount)s back") % {"amount": money_text(kept)}
        )

    @admin.display(description=gettext_lazy("total before VAT"))
    def net(self, invoice: Invoice) -> str:
        return money_text(Money(invoice.net_cents))

    @admin.display(description=gettext_lazy("VAT"))
    def vat(self, invoice: Invoice) -> str:
        return money_text(Money(invoice.vat_cents))

    @admin.display(description=gettext_lazy("total with VAT"), ordering="total_cents")
    def total(self, invoice: Invoice) -> str:
        return money_text(Money(invoice.total_cents))

    @admin.display(description=gettext_lazy("paid when issued"), ordering="paid_at_issue_cents")
    def paid_at_issue(self, invoice: Invoice) -> str:
        return money_text(Money(invoice.paid_at_issue_cents))

    @admin.display(description=gettext_lazy("still to pay"))
    def open(self, invoice: Invoice) -> str:
        left = selectors.open_amount(invoice)
        return money_text(left) if left is not None else "–"


def _page_of_refunds(customer_number: str) -> str:
    """Where staff give money back; "" in a product without refunds."""
    try:
        return reverse("staff:write_refund", args=[customer_number])
    except NoReverseMatch:
        return ""


@admin.register(DocumentSeries)
class DocumentSeriesAdmin(ReadOnlyAdmin):
    list_display: Any = ("prefix", "year", "last", "last_date")
    ordering = ("-year", "prefix")
