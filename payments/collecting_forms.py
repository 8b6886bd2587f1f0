"""What a customer says about automatic collection and its debits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.formats import money_text
from core.money import ZERO, Money, NotAnAmount, parse_euros
from payments.forms import amount_words, least, most
from payments.services.collecting import TopUpTerms

if TYPE_CHECKING:
    from datetime import date

    from payments.models import SavedMethod

_BEFORE = (("0", _("On the due date")), ("3", _("3 days before the due date")), ("7", _("7 days before the due date")))


def _typed() -> forms.TextInput:
    return forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})


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


class TopUpRuleForm(forms.Form):
    """When less than this is available, credit that, at most so much a month; and the agreement."""

    below = forms.CharField(label=_("When less is available than"), max_length=64, widget=_typed())
    amount = forms.CharField(label=_("Credit"), max_length=64, widget=_typed())
    monthly = forms.CharField(label=_("At most in a calendar month"), max_length=64, widget=_typed())
    agreed = forms.BooleanField(
        label=_("I agree"),
        error_messages={"required": _("Without your agreement nothing is credited: tick the box.")},
    )
    terms: TopUpTerms

    def clean(self) -> dict[str, Any]:
        """Read the three amounts. Sets `terms`; whether they go together is said at the field to correct."""
        cleaned: dict[str, Any] = super().clean() or {}
        read = {name: self._read(name, cleaned) for name in ("below", "amount", "monthly")}
        below, amount, monthly = read["below"], read["amount"], read["monthly"]
        if below is None or amount is None or monthly is None:
            return cleaned
        if not least() <= amount <= most():
            words = {"least": money_text(least()), "most": money_text(most())}
            self.add_error("amount", _("Enter an amount between %(least)s and %(most)s.") % words)
        if not ZERO < below <= most():
            self.add_error("below", _("Enter an amount up to %(most)s.") % {"most": money_text(most())})
        if monthly < amount:
            self.add_error("monthly", _("A month must hold one credit at least."))
        self.terms = TopUpTerms(below, amount, monthly)
        return cleaned

    def _read(self, name: str, cleaned: dict[str, Any]) -> Money | None:
        if name not in cleaned:
            return None
        try:
            return parse_euros(cleaned[name])
        except NotAnAmount as reason:
            self.add_error(name, amount_words(reason))
            return None


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
