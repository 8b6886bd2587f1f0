"""The filters of the lists, where a value that cannot be read is left aside (a bookmark never fails); and a buyer."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.forms import ProfileForm
from invoices.models import LABEL_LENGTH
from invoices.selectors import InvoiceQuery, Period
from invoices.states import Settlement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import QueryDict

    from accounts.models import Customer

_FIRST_YEAR, _LAST_YEAR = 2000, 2099
_NUMBERS_AT_MOST = 200


class InvoiceFilters(forms.Form):
    """Year and words; the state is chosen by the tabs."""

    year = forms.ChoiceField(label=_("Year"), required=False)
    q = forms.CharField(label=_("Number or wording"), required=False, max_length=100)
    state = forms.ChoiceField(required=False, choices=[("", ""), *Settlement.choices], widget=forms.HiddenInput)

    def __init__(self, asked: QueryDict, *, years: Sequence[int]) -> None:
        super().__init__(asked)
        self.fields["year"].choices = [("", pgettext_lazy("years", "All")), *((str(year), str(year)) for year in years)]  # type: ignore[attr-defined]
        self.is_valid()

    @property
    def query(self) -> InvoiceQuery:
        """What is asked, of what could be read."""
        return InvoiceQuery(
            state=self.kept.get("state", ""),
            year=int(self.kept["year"]) if "year" in self.kept else None,
            search=self.kept.get("q", ""),
        )

    @property
    def kept(self) -> dict[str, str]:
        """The filters in force, as an address carries them."""
        return {name: self.cleaned_data[name] for name in ("year", "q", "state") if self.cleaned_data.get(name)}

    @property
    def narrowed(self) -> bool:
        """Whether something besides the tab leaves invoices out."""
        return bool(self.kept.keys() - {"state"})


class ZipForm(forms.Form):
    """What goes in a zip: chosen invoices, or all documents of a year or of a month."""

    year = forms.IntegerField(min_value=_FIRST_YEAR, max_value=_LAST_YEAR, required=False)
    month = forms.IntegerField(min_value=1, max_value=12, required=False)

    def __init__(self, asked: QueryDict) -> None:
        super().__init__(asked)
        self.numbers = asked.getlist("number")[:_NUMBERS_AT_MOST]
        self.is_valid()

    @property
    def period(self) -> Period | None:
        """The year or the month; None when no year could be read."""
        year = self.cleaned_data.get("year")
        return Period.of(year, self.cleaned_data.get("month")) if year else None


class PeriodForm(forms.Form):
    """The days of an account statement, both included; the last month that is over unless others are asked for."""

    start = forms.DateField(label=_("From"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    end = forms.DateField(label=_("Until"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, asked: Any = None, *, today: date) -> None:
        last = today.replace(day=1) - timedelta(days=1)
        super().__init__(asked, initial={"start": last.replace(day=1), "end": last})
        self.today = today

    @property
    def period(self) -> tuple[date, date]:
        return self.cleaned_data["start"], self.cleaned_data["end"]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        start, end = found.get("start"), found.get("end")
        if end and end > self.today:
            self.add_error("end", _("A statement ends today at the latest."))
        if start and end and end < start:
            self.add_error("end", _("The last day is before the first."))
        if start and start.year < _FIRST_YEAR:
            self.add_error("start", _("Choose a day of this century."))
        return found


class YearForm(forms.Form):
    """A year in which something was paid."""

    def __init__(self, data: Any = None, *, years: Sequence[int]) -> None:
        super().__init__(data, auto_id="id_paid_%s")
        refused = dict.fromkeys(("required", "invalid_choice"), _("Choose a year of the list."))
        self.fields["year"] = forms.TypedChoiceField(
            label=_("Year"), coerce=int, choices=[(year, str(year)) for year in years], error_messages=refused
        )


class CodeForm(forms.Form):
    """The code of an attestation, as it is read from paper."""

    code = forms.CharField(
        label=_("Code on the attestation"),
        help_text=_("Sixteen signs, such as 7KQ4-M2TX-9B3D-R2QA. Hyphens and small letters do not matter."),
        max_length=40,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class AgreementForm(forms.Form):
    """Yes to a quote: the box says to what exactly."""

    agree = forms.BooleanField(error_messages={"required": _("Tick the box to accept. Nothing was issued.")})

    def __init__(self, data: Any = None, *, text: str) -> None:
        super().__init__(data)
        self.fields["agree"].label = text


class RefusalForm(forms.Form):
    """No to a quote, and why if one likes to say it."""

    reason = forms.CharField(label=_("Why? It helps us"), required=False, max_length=LABEL_LENGTH)


class BuyerForm(ProfileForm):
    """Who an invoice is addressed to: of the billing details, those that its paper says."""

    def __init__(self, customer: Customer, data: Any = None) -> None:
        super().__init__(customer, data)
        for name in ("service_code", "engagement_number", "market_number", "billing_emails", "language"):
            self.fields.pop(name, None)
