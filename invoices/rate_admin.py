"""Rates of VAT that staff write when a country announces one; they go before the law that the code knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from core import clock
from invoices.models import VatRate
from invoices.tax import LAW

if TYPE_CHECKING:
    from datetime import date

    from django.http import HttpRequest

    _RateForm = forms.ModelForm[VatRate]
else:
    _RateForm = forms.ModelForm


class VatRateForm(_RateForm):
    """A rate to come: those of the past were billed."""

    class Meta:
        model = VatRate
        fields = ("zone", "rate", "since")

    def clean_zone(self) -> str:
        zone = str(self.cleaned_data["zone"])
        if zone not in LAW:
            raise ValidationError(_("No VAT is charged by that name. Write one of: %s.") % ", ".join(sorted(LAW)))
        return zone

    def clean_since(self) -> date:
        since: date = self.cleaned_data["since"]
        if since < clock.local_date(clock.now()):
            raise ValidationError(_("Choose today or a later day: invoices of the past keep their rate."))
        return since


@admin.register(VatRate)
class VatRateAdmin(ModelAdmin):  # type: ignore[misc]
    """A rate may be corrected until its day comes; then it stays."""

    form = VatRateForm
    list_display: Any = ("zone", "rate", "since")
    list_filter = ("zone",)
    ordering = ("-since", "zone")
    actions = None

    def has_change_permission(self, request: HttpRequest, obj: VatRate | None = None) -> bool:
        return self._is_to_come(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: VatRate | None = None) -> bool:
        return self._is_to_come(obj) and super().has_delete_permission(request, obj)

    @staticmethod
    def _is_to_come(obj: VatRate | None) -> bool:
        return obj is None or obj.since > clock.local_date(clock.now())
