"""What the admin pages of documents share: parts to look at, and stored bytes to hand out."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.html import format_html_join
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import TabularInline

from core.admin import ReadOnlyAdmin
from invoices import archive
from invoices.archive import ArchiveDamaged
from invoices.models import Rendition
from invoices.states import RenditionKind

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.urls import URLPattern
    from django.utils.safestring import SafeString

    from invoices.models import Attestation, Invoice, Receipt, ReceiptCancellation

    Document = Attestation | Invoice | Receipt | ReceiptCancellation

logger = logging.getLogger(__name__)


class ReadOnlyInline(TabularInline):  # type: ignore[misc]
    """Parts to look at."""

    extra = 0

    def has_add_permission(self, _request: HttpRequest, _obj: object = None) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: object = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: object = None) -> bool:
        return False


class RenditionInline(ReadOnlyInline):
    model = Rendition
    fields = readonly_fields = ("kind", "sha256", "size", "routing", "created_at")
    ordering = ("-created_at", "-pk")


class DocumentAdmin(ReadOnlyAdmin):
    """What invoices and receipts share: a number, a customer, and stored bytes."""

    list_select_related: tuple[str, ...] = ("customer",)
    list_per_page = 50
    show_full_result_count = False
    search_fields: tuple[str, ...] = ("number", "customer__number", "customer__name")
    date_hierarchy = "issue_date"
    kinds: tuple[RenditionKind, ...] = (RenditionKind.PDF,)

    def get_urls(self) -> list[URLPattern]:
        info = f"{self.opts.app_label}_{self.opts.model_name}"
        view = self.admin_site.admin_view(self.file_view)
        addresses = [
            path(f"<int:pk>/{kind.lower()}/", view, {"kind": kind}, name=f"{info}_{kind.lower()}")
            for kind in self.kinds
        ]
        return [*addresses, *super().get_urls()]

    def file_view(self, request: HttpRequest, pk: int, kind: RenditionKind) -> HttpResponse:
        """The stored bytes, checked."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        document = self.model.objects.filter(pk=pk).first()
        if document is None or not document.number:
            raise Http404
        rendition = self.stored(document, kind)
        if rendition is None:
            return self._back(request, document, _("The file is not there. Look at the validations and the jobs."))
        try:
            content = archive.read(rendition.sha256)
        except ArchiveDamaged as damage:
            logger.error("Archive: %s of %s", damage, document)  # noqa: TRY400 - the reason is in the message
            return self._back(request, document, _("The stored PDF is damaged or missing. It is not handed out."))
        name = kind.file_name(document.number)
        disposition = content_disposition_header(as_attachment=True, filename=name) or "attachment"
        return HttpResponse(content, content_type=kind.media_type, headers={"Content-Disposition": disposition})

    def stored(self, document: Any, kind: RenditionKind) -> Rendition | None:
        """The form asked for, if it may be handed out."""
        raise NotImplementedError

    def _back(self, request: HttpRequest, document: Document, text: str) -> HttpResponse:
        messages.warning(request, text)
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", document.pk)

    @admin.display(description=gettext_lazy("files"))
    def files(self, document: Document) -> SafeString | str:
        if not document.number:
            return "–"
        base = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        links = ((reverse(f"{base}_{kind.lower()}", args=[document.pk]), kind.label) for kind in self.kinds)
        return format_html_join(" · ", '<a href="{}">{}</a>', links)
