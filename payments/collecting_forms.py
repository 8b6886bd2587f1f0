"""What a customer says about automatic collection and its debits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from datetime import date

    from payments.models import SavedMethod

_BEFORE = (("0", _("On the due date")), ("3", _("3 days before the due date")), ("7", _("7 days before the due date")))


class AutomaticForm(forms.Form):
    """Automatic collection on: when cards are debited, and the agreement, which nobody ticks but the customer."""

    days_before = forms.TypedChoiceField(
        label=_("When is a card or a PayPal account debited?"),
        choices=_BEFORE,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Choose one of the days."), "required": _("Choose one of the days.")},
    )
    agreed = forms.BooleanField(
        label=_("I agree"),
        error_messages={"required": _("Without your agreement nothing is collected: tick the box.")},
    )


class MoveForm(forms.Form):
    """Another day for a debit."""

    day = forms.DateField(
        label=_("Another day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        error_messages={"invalid": _("Write a day, such as 15/12/2026."), "required": _("Choose a day.")},
    )

    def bounded(self, first: date, last: date) -> MoveForm:
        """The same, and the browser offers no other days than these."""
        self.fields["day"].widget.attrs.update({"min": first.isoformat(), "max": last.isoformat()})
        return self


class OtherMethodForm(forms.Form):
    """Another saved method for a debit."""

    method = forms.ChoiceField(
        label=_("Another method"),
        error_messages={"invalid_choice": _("Choose one of your saved methods."), "required": _("Choose a method.")},
    )

    def __init__(self, methods: list[SavedMethod], *answers: object) -> None:
        super().__init__(*answers)  # type: ignore[arg-type]
        choices = [(str(each.public_id), each.title) for each in methods]
        self.fields["method"].choices = choices  # type: ignore[attr-defined]
