"""What staff type in about mandates: a form to print, a signature read on paper, what a bank told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from payments.mandate_forms import AccountForm
from payments.models import MandateState

if TYPE_CHECKING:
    from datetime import date

    from accounts.models import Customer

_PLACE: Final = 100
_REASON: Final = 300
_ENDS: Final = [
    (MandateState.REVOKED.value, _("Its holder takes it back: the account is no longer a payment method")),
    (MandateState.REFUSED.value, _("The bank does not accept it any more: the account stays in sight, unusable")),
]


class PaperMandateForm(AccountForm):
    """The account of a form that is printed and sent, in the language of its holder."""

    language = forms.ChoiceField(
        label=_("Language"), choices=[("fr", "Français"), ("en", "English")], widget=forms.RadioSelect
    )

    def __init__(self, customer: Customer, *args: Any, **kwargs: Any) -> None:
        super().__init__(customer, *args, **kwargs)
        self.fields["language"].initial = customer.language


class DayForm(forms.Form):
    """A day that is over, or today."""

    day = forms.DateField(
        label=_("Day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Write a day."), "required": _("Write a day.")},
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"].initial = today
        self._today = today

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if day > self._today:
            raise forms.ValidationError(_("This day has not come yet."))
        return day


class SignatureForm(DayForm):
    """What stands on the signed form."""

    place = forms.CharField(
        label=_("Signed at (town)"), max_length=_PLACE, error_messages={"required": _("Write the town.")}
    )


class EndForm(forms.Form):
    """Who ends a mandate, and why."""

    to = forms.ChoiceField(
        label=_("Who ends it"),
        choices=_ENDS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who ends it."), "invalid_choice": _("Choose who ends it.")},
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Kept in the history: a letter of the customer, the code of the bank."),
        max_length=_REASON,
        error_messages={"required": _("Write why.")},
    )
