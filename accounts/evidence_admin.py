"""What staff see of the evidence for VAT: every question to VIES and its answer, every sign of a country."""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from accounts.models import PlaceItem, VatNumberCheck
from core.admin import ReadOnlyAdmin


@admin.register(VatNumberCheck)
class VatNumberCheckAdmin(ReadOnlyAdmin):
    """Questions to VIES, the latest first."""

    list_display: Any = ("checked_at", "customer", "number", "outcome", "reason", "consultation_number")
    list_filter = ("outcome", "checked_at")
    list_select_related = ("customer",)
    search_fields = ("number", "consultation_number", "customer__number", "customer__name")
    ordering = ("-pk",)
    fields = readonly_fields = (
        "customer",
        "number",
        "outcome",
        "reason",
        "consultation_number",
        "name",
        "address",
        "requester",
        "checked_at",
    )


@admin.register(PlaceItem)
class PlaceItemAdmin(ReadOnlyAdmin):
    """Signs of the country where customers are, the latest first."""

    list_display: Any = ("noted_at", "customer", "kind", "country", "source", "noted_by")
    list_filter = ("kind", "country")
    list_select_related = ("customer", "noted_by")
    search_fields = ("customer__number", "customer__name", "source")
    ordering = ("-pk",)
    fields = readonly_fields = ("customer", "kind", "country", "source", "noted_by", "noted_at")
