"""What staff type to take an invoice back: line by line, with a reason, and what becomes of the money."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from core.money import Money
from invoices.models import LABEL_LENGTH
from invoices.services import TakenBack
from invoices.states import FreedMoney

if TYPE_CHECKING:
    from collections.abc import Mapping

    from invoices.crediting import LineLeft

    _LineFormSet = forms.BaseFormSet["TakenForm"]
else:  # Django's forms name their model in the type checker's eyes only
    _LineFormSet = forms.BaseFormSet


class CreditForm(forms.Form):
    """What the whole credit note says. `key` makes a second click the first one; `looked` is the total seen.

    `everything` stands for all lines of an invoice that has more than the page shows.
    """

    reason = forms.CharField(
        label=_("Reason"), max_length=LABEL_LENGTH, help_text=_("The customer reads it on the credit note.")
    )
    freed_money = forms.ChoiceField(
        label=_("Money that had paid it"),
        choices=[
            (FreedMoney.BALANCE.value, FreedMoney.BALANCE.label),
            (FreedMoney.REFUND.value, FreedMoney.REFUND.label),
        ],
        initial=FreedMoney.BALANCE.value,
        widget=forms.RadioSelect,
    )
    key = forms.CharField(max_length=100, widget=forms.HiddenInput)
    looked = forms.IntegerField(required=False, widget=forms.HiddenInput)
    everything = forms.BooleanField(required=False, widget=forms.HiddenInput)


class TakenForm(forms.Form):
    """What is taken back of one line; nothing typed and nothing ticked takes nothing."""

    position = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    whole = forms.BooleanField(label=_("All that is left"), required=False)
    quantity = forms.DecimalField(
        label=_("Quantity"), required=False, min_value=Decimal("0.0001"), max_digits=12, decimal_places=4, localize=True
    )
    amount = forms.DecimalField(
        label=_("Amount without VAT"),
        required=False,
        min_value=Decimal("0.01"),
        max_digits=14,
        decimal_places=2,
        localize=True,
    )

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if sum(bool(found.get(name)) for name in ("whole", "quantity", "amount")) > 1:
            raise forms.ValidationError(_("Choose one of the three for each line."))
        return found

    left: LineLeft | None = None
    """The line, beside what is typed."""

    @property
    def taken(self) -> TakenBack | None:
        """What is asked of this line, of a form that is valid."""
        asked = self.cleaned_data
        if not (asked["whole"] or asked["quantity"] or asked["amount"]):
            return None
        amount = Money.from_euros(asked["amount"]) if asked["amount"] else None
        return TakenBack(asked["position"], quantity=asked["quantity"] or None, amount=amount)


class _TakenForms(_LineFormSet):
    @property
    def taken(self) -> list[TakenBack]:
        return [form.taken for form in self.forms if form.taken is not None]


MOST_LINES = 200  # four fields each, and a form holds 1,000
TakenFormSet = forms.formset_factory(
    TakenForm, formset=_TakenForms, extra=0, max_num=MOST_LINES, absolute_max=MOST_LINES
)


def new_form() -> CreditForm:
    """An empty form with a key of its own."""
    return CreditForm(initial={"key": f"staff:{uuid4().hex}"})


def taken_forms(lines: list[LineLeft], posted: Mapping[str, Any] | None = None) -> Any:
    """One form for each line of which something is left, MOST_LINES at most, with the line beside it as `left`."""
    lines = lines[:MOST_LINES]
    forms_of_lines = TakenFormSet(posted, initial=[{"position": line.line.position} for line in lines])
    by_position = {str(line.line.position): line for line in lines}
    for form in forms_of_lines:
        form.left = by_position.get(str(form["position"].value()))
    return forms_of_lines
