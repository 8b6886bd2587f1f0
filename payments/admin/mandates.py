"""The list of mandates for staff. A mandate has a page of its own; no list shows an account number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy

from core.admin import ReadOnlyAdmin
from payments.models import Mandate

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@admin.register(Mandate)
class MandateAdmin(ReadOnlyAdmin):
    list_display = ("reference", "customer", "account", "scheme", "state", "signed_on", "last_collected_on")
    list_filter = ("state", "scheme", "through", "signed_how", "signed_on")
    list_select_related = ("customer",)
    list_per_page = 50
    search_fields = ("reference", "customer__number", "customer__name", "iban_last4", "object_id")
    ordering = ("-created_at", "-pk")

    def change_view(
        self, _request: HttpRequest, object_id: str, _form_url: str = "", extra_context: object = None
    ) -> HttpResponse:
        """A mandate has a page of its own."""
        return redirect("staff:mandate", get_object_or_404(Mandate, pk=object_id).public_id)

    @admin.display(description=gettext_lazy("account"))
    def account(self, mandate: Mandate) -> str:
        return mandate.title
