"""What is asked of each export. The same form reads it on the page and again in the job."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.references import NotACustomerNumber, read_customer_number
from invoices.reports import Period, Quarter
from invoices.states import DocumentKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FIRST, _LAST = 2000, 2099


class ExportForm(forms.Form):
    """One export: its parameters, the kind of file, and the mark that makes a second click the same request."""

    kind = forms.ChoiceField(label=gettext_lazy("File"))
    mark = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self, name: str, kinds: Sequence[tuple[str, str]], data: Mapping[str, Any] | None, *, today: date
    ) -> None:
        super().__init__(data, auto_id=f"{name}-%s", initial=self.suggested(today))
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        self.order_fields([*(field for field in self.fields if field != "kind"), "kind"])

    @staticmethod
    def suggested(_today: date) -> dict[str, Any]:
        """What the form shows at first."""
        return {}

    def asked(self) -> dict[str, str]:
        """What was typed, as the job reads it again."""
        return {name: str(self.data.get(name, "")) for name in self.fields}


class YearForm(ExportForm):
    year = forms.IntegerField(label=gettext_lazy("Year"), min_value=_FIRST, max_value=_LAST)

    @staticmethod
    def suggested(today: date) -> dict[str, Any]:
        return {"year": today.year - 1}


class MonthForm(ExportForm):
    """A month, as `2026-03`: browsers that know such a field write it so."""

    month = forms.RegexField(
        r"^20[0-9]{2}-(0[1-9]|1[0-2])$",
        label=gettext_lazy("Month"),
        widget=forms.TextInput(attrs={"type": "month"}),
        error_messages={"invalid": gettext_lazy("Write a month as 2026-03.")},
    )

    @staticmethod
    def suggested(today: date) -> dict[str, Any]:
        return {"month": _month_before(today)}

    @property
    def period(self) -> Period:
        return _month(self.cleaned_data["month"])


class MonthsForm(MonthForm):
    """From a month to a month, both in it."""

    until = forms.RegexField(
        r"^20[0-9]{2}-(0[1-9]|1[0-2])$",
        label=gettext_lazy("Until the month"),
        required=False,
        widget=forms.TextInput(attrs={"type": "month"}),
        error_messages={"invalid": gettext_lazy("Write a month as 2026-03.")},
    )

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("until") and found.get("month", "") > found["until"]:
            self.add_error("until", _("The period ends before it starts."))
        return found

    @property
    def period(self) -> Period:
        first = self.cleaned_data["month"]
        return Period(_month(first).start, _month(self.cleaned_data.get("until") or first).end)


class DesForm(MonthForm):
    declaration = forms.IntegerField(
        label=gettext_lazy("Number of the declaration"),
        help_text=gettext_lazy("Your own: they follow each other. For the XML file only."),
        min_value=1,
        max_value=999_999,
    )

    @staticmethod
    def suggested(today: date) -> dict[str, Any]:
        return {"month": _month_before(today), "declaration": 1}


class QuarterForm(ExportForm):
    year = forms.IntegerField(label=gettext_lazy("Year"), min_value=_FIRST, max_value=_LAST)
    quarter = forms.TypedChoiceField(
        label=gettext_lazy("Quarter"), choices=[(number, f"T{number}") for number in range(1, 5)], coerce=int
    )

    @staticmethod
    def suggested(today: date) -> dict[str, Any]:
        now = Quarter.of(today)
        last = Quarter(now.year, now.number - 1) if now.number > 1 else Quarter(now.year - 1, 4)
        return {"year": last.year, "quarter": last.number}

    @property
    def asked_quarter(self) -> Quarter:
        return Quarter(self.cleaned_data["year"], self.cleaned_data["quarter"])


class DayForm(ExportForm):
    day = forms.DateField(
        label=gettext_lazy("At the end of the day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    @staticmethod
    def suggested(today: date) -> dict[str, Any]:
        return {"day": _month(_month_before(today)).end}


class InvoicesForm(ExportForm):
    since = forms.DateField(
        label=gettext_lazy("Issued from"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    until = forms.DateField(
        label=pgettext_lazy("issued until", "Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    document = forms.ChoiceField(
        label=gettext_lazy("Documents"),
        required=False,
        choices=[("", gettext_lazy("Invoices and credit notes")), *DocumentKind.choices],
    )
    customer = forms.CharField(
        label=gettext_lazy("Customer number"),
        help_text=gettext_lazy("Empty: all of them."),
        required=False,
        max_length=64,
    )

    def clean_customer(self) -> str:
        typed = self.cleaned_data["customer"]
        try:
            return read_customer_number(typed).stored if typed else ""
        except NotACustomerNumber:
            raise forms.ValidationError(_("This is no customer number.")) from None

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("since") and found.get("until") and found["until"] < found["since"]:
            self.add_error("until", _("The period ends before it starts."))
        return found

    @property
    def filters(self) -> dict[str, Any]:
        """What is asked for, as conditions on invoices."""
        names = {
            "since": "issue_date__gte",
            "until": "issue_date__lte",
            "document": "kind",
            "customer": "customer__number",
        }
        return {column: self.cleaned_data[name] for name, column in names.items() if self.cleaned_data[name]}


def _month(text: str) -> Period:
    return Period.of(int(text[:4]), int(text[5:]))


def _month_before(today: date) -> str:
    year, month = (today.year, today.month - 1) if today.month > 1 else (today.year - 1, 12)
    return f"{year}-{month:02d}"
