"""What staff type in to send money back by transfer, or to leave what a public body paid too much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing_portal.staff.refund_forms import at_most
from core.money import NotAnAmount, parse_euros
from payments.forms import typed

if TYPE_CHECKING:
    from bank.services.transferring import OrderLimit
    from core.money import Money


class ReasonForm(forms.Form):
    """Why; with the id that makes the wish happen once, and the version of the line that the person saw."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Kept with the order; a second person reads it when the amount needs one."),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=300,
    )
    request_id = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, data: Any = None, *, version: int = 0, **more: Any) -> None:
        super().__init__(data, initial={"request_id": uuid4(), "version": version}, **more)


class TransferRefundForm(ReasonForm):
    """How much, and why. The account is the one that the money came from: nobody types it in."""

    amount = forms.CharField(
        label=gettext_lazy("Amount to give back"),
        max_length=64,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    field_order = ("amount", "reason")
    money: Money

    def __init__(self, data: Any = None, *, limit: OrderLimit) -> None:
        self.limit = limit
        super().__init__(data)
        self.initial["amount"] = typed(limit.most)

    def clean_amount(self) -> str:
        text = str(self.cleaned_data["amount"])
        try:
            self.money = parse_euros(text)
        except NotAnAmount as wrong:
            words = _("Write the amount in figures, with a comma or a point before the cents: 46.80.")
            raise forms.ValidationError(words) from wrong
        if not 0 < self.money.cents <= self.limit.most.cents:
            raise forms.ValidationError(at_most(self.limit.most, self.limit.why))
        return text


class AgreementForm(forms.Form):
    """By which paper a public body agrees that its money stays."""

    agreement = forms.CharField(
        label=gettext_lazy("Written agreement"),
        help_text=gettext_lazy("Which paper, of which day, signed by whom."),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=1000,
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)


class RefusedForm(forms.Form):
    """What the bank said."""

    reason = forms.CharField(label=gettext_lazy("What the bank said"), max_length=100)
