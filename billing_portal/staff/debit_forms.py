"""What staff type in about automatic debits: why one is stopped, why and how long a customer is spared."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from datetime import date

_REASON: Final = 200
_LONGEST: Final = timedelta(days=366)


class ReasonForm(forms.Form):
    """Why: kept in the history with who wrote it."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Kept in the history. The customer does not read it."),
        max_length=_REASON,
        error_messages={"required": _("Write why.")},
    )


class ReadReasonForm(forms.Form):
    """Why, in words for the customer."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("The customer reads it on the page of payment methods."),
        max_length=_REASON,
        error_messages={"required": _("Write why.")},
    )


class PauseForm(ReasonForm):
    """Until when nothing is debited by itself."""

    until = forms.DateField(
        label=_("Debits begin again on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Write a day."), "required": _("Write a day.")},
    )
    field_order = ("until", "reason")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._today = today

    def clean_until(self) -> date:
        day: date = self.cleaned_data["until"]
        if not self._today < day <= self._today + _LONGEST:
            raise forms.ValidationError(_("Choose a day from tomorrow on, within a year."))
        return day
