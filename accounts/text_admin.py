"""Texts on the invoices of customers, written by staff as customers do it themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from unfold.admin import ModelAdmin

from accounts.models import InvoiceText
from accounts.services.texts import BadText, check_text
from core import clock

if TYPE_CHECKING:
    from django.http import HttpRequest

    _TextModelForm = forms.ModelForm[InvoiceText]
else:
    _TextModelForm = forms.ModelForm


class InvoiceTextForm(_TextModelForm):
    """One text with its days, refused for the reasons of the settings page."""

    class Meta:
        model = InvoiceText
        fields = ("customer", "kind", "text", "valid_from", "valid_until")

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if self.errors:
            return found
        known = {name: found.get(name, getattr(self.instance, name, None)) for name in self.Meta.fields}
        try:
            found["text"] = check_text(InvoiceText(pk=self.instance.pk, **known))
        except BadText as error:
            self.add_error(error.field, str(error.message))
        return found


@admin.register(InvoiceText)
class InvoiceTextAdmin(ModelAdmin):  # type: ignore[misc]
    """What customers have written on their invoices, and when."""

    form = InvoiceTextForm
    list_display = ("customer", "kind", "text", "valid_from", "valid_until")
    list_filter = ("kind",)
    list_select_related = ("customer",)
    search_fields = ("text", "customer__number", "customer__name")
    autocomplete_fields = ("customer",)
    ordering = ("-pk",)

    def get_readonly_fields(self, _request: HttpRequest, obj: InvoiceText | None = None) -> tuple[str, ...]:
        """A text passes to nobody else."""
        return ("customer",) if obj else ()

    def save_model(self, request: HttpRequest, obj: InvoiceText, form: forms.ModelForm[Any], change: bool) -> None:  # noqa: FBT001
        if not change:
            obj.created_at = clock.now()
        super().save_model(request, obj, form, change)
