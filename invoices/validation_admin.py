"""What staff see of the checks: what is wrong, what to do about it, and where they write what they did."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.admin import ReadOnlyAdmin
from invoices import archive, selectors, services
from invoices.archive import ArchiveDamaged
from invoices.facturx import Finding, advice, problem
from invoices.models import Validation
from invoices.states import Outcome, RenditionKind

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.urls import URLPattern
    from django.utils.safestring import SafeString

    from accounts.models import User

logger = logging.getLogger(__name__)


class State(admin.SimpleListFilter):
    """Those that wait for somebody, first of all."""

    title, parameter_name = gettext_lazy("state"), "state"

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, Any]]:
        return [("waiting", _("to be dealt with")), *((choice.value, choice.label) for choice in Outcome)]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Validation]) -> QuerySet[Validation]:
        if self.value() == "waiting":
            return queryset.filter(pk__in=selectors.waiting_validations().order_by().values("pk"))
        return queryset.filter(outcome=self.value()) if self.value() in Outcome.values else queryset


@admin.register(Validation)
class ValidationAdmin(ReadOnlyAdmin):
    """One outcome. Only what was done about an invalid one is written here, once."""

    list_display_links = ("outcome",)
    list_display = ("document", "outcome", "channel", "first", "created_at", "handled_at", "handled_by")
    list_filter = (State, "channel", "created_at")
    list_select_related = ("invoice", "handled_by")
    list_per_page = 50
    search_fields = ("invoice__number", "invoice__customer__number", "invoice__customer__name")
    ordering = ("-created_at", "-pk")
    actions = None
    fields = (
        *("document", "outcome", "channel", "what", "validators", "xml", "created_at"),
        *("handled_at", "handled_by", "handled_note"),
    )
    readonly_fields = (
        *("document", "outcome", "channel", "what", "validators", "xml", "created_at"),
        *("handled_at", "handled_by"),
    )

    def has_change_permission(self, request: HttpRequest, obj: Validation | None = None) -> bool:
        """Whoever deals with invalid documents may write what they did, until somebody has."""
        waits = obj is not None and obj.outcome == Outcome.INVALID and obj.handled_at is None
        return waits and request.user.has_perm("invoices.change_validation")

    def save_model(self, request: HttpRequest, obj: Validation, _form: Any, _change: Any) -> None:
        user: User = request.user  # type: ignore[assignment]
        try:
            services.handle(obj.pk, by=user, note=obj.handled_note, at=clock.now())
        except services.NothingToHandle:
            messages.warning(request, _("Nothing was written: say what you did, or somebody was quicker."))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.xml_view)
        return [path("<int:pk>/xml/", view, name="invoices_validation_xml"), *super().get_urls()]

    def xml_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The XML that was checked, valid or not: for staff only."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        validation = Validation.objects.filter(pk=pk).select_related("invoice").first()
        if validation is None:
            raise Http404
        try:
            content = archive.read(validation.xml_sha256)
        except ArchiveDamaged as damage:
            logger.error("Archive: %s of %s", damage, validation.invoice)  # noqa: TRY400 - the reason is in the message
            messages.warning(request, _("The stored file is damaged or missing. It is not handed out."))
            return redirect("admin:invoices_validation_change", pk)
        name = RenditionKind.XML.file_name(str(validation.invoice.number))
        disposition = content_disposition_header(as_attachment=True, filename=name) or "attachment"
        return HttpResponse(content, content_type="application/xml", headers={"Content-Disposition": disposition})

    @admin.display(description=gettext_lazy("invoice"), ordering="invoice__number")
    def document(self, validation: Validation) -> SafeString:
        address = reverse("admin:invoices_invoice_change", args=[validation.invoice_id])
        return format_html('<a href="{}">{}</a>', address, validation.invoice.number)

    @admin.display(description=gettext_lazy("first rule broken"))
    def first(self, validation: Validation) -> str:
        return validation.findings[0]["rule"] if validation.findings else "–"

    @admin.display(description=gettext_lazy("what is wrong, and what to do"))
    def what(self, validation: Validation) -> SafeString | str:
        findings = [Finding.read(stored) for stored in validation.findings]
        rows = ((problem(found), advice(found), found.rule, found.stage.label) for found in findings)
        return format_html_join("", "<p><b>{}</b><br>{}<br><small>{}, {}</small></p>", rows) or "–"

    @admin.display(description="XML")
    def xml(self, validation: Validation) -> SafeString:
        address = reverse("admin:invoices_validation_xml", args=[validation.pk])
        return format_html('<a href="{}">{}</a>', address, _("Download"))
