"""Texts on the invoices of customers, written by staff as customers do it themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from accounts.models import InvoiceText
from accounts.services.texts import BadText, check_text, lock_texts
from core import clock

if TYPE_CHECKING:
    from django.http import HttpRequest

    _TextModelForm = forms.ModelForm[InvoiceText]
else:
    _TextModelForm = forms.ModelForm

_FIELDS = ("customer", "kind", "text", "valid_from", "valid_until")


class InvoiceTextForm(_TextModelForm):
    """One text with its days, refused for the reasons of the settings page.

    Two who write at once come one after the other; the second reads what the first one did, with the own words kept.
    `seen` is the text as the page showed it.
    """

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = InvoiceText
        fields = _FIELDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = _written(self.instance) if self.instance.pk else ""

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if self.errors:
            return found
        self._wait_for_others(found)
        if self.errors:
            return found
        known = {name: found.get(name, getattr(self.instance, name, None)) for name in _FIELDS}
        try:
            found["text"] = check_text(InvoiceText(pk=self.instance.pk, **known))
        except BadText as error:
            self.add_error(error.field, str(error.message))
        return found

    def _wait_for_others(self, found: dict[str, Any]) -> None:
        """Nobody else writes texts of this customer until this one is saved; say it if somebody just did."""
        customer = found.get("customer") or self.instance.customer
        lock_texts(customer.pk)
        if not self.instance.pk:
            return
        now = InvoiceText.objects.filter(pk=self.instance.pk).first()
        if now is None:
            self.add_error(None, _("Nothing was saved: this text was removed meanwhile. Add it again if it is needed."))
        elif _written(now) != found.get("seen"):
            self.data = {name: self.data[name] for name in self.data} | {"seen": _written(now)}
            told = _("Nothing was saved: somebody changed this to %(now)s meanwhile. Save again to replace it.")
            self.add_error(None, told % {"now": _written(now)})


def _written(text: InvoiceText) -> str:
    """A text with its days, as one line that tells two versions apart."""
    return f"“{text.text}” {text.valid_from} → {text.valid_until or '…'}"


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
