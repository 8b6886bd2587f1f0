"""What staff type in to give money back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.formats import money_text
from core.money import NotAnAmount, parse_euros
from payments.forms import typed
from payments.selectors import Limit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.utils.functional import _StrPromise

    from core.money import Money
    from payments.selectors import Refundable

KEPT: Final = "credit_note:"
"""How the holds begin that keep the money which a credit note freed for its return."""
WHY: Final[Mapping[str, _StrPromise]] = {
    Limit.LOT: gettext_lazy("what is left of this payment and not reserved"),
    Limit.CAPTURED: gettext_lazy("what this payment received, less what went back"),
    Limit.AVAILABLE: gettext_lazy("what is available: the rest of the account is reserved"),
    Limit.OVERDUE: gettext_lazy("what is available once the overdue documents are paid"),
    Limit.KEPT: gettext_lazy("what the credit note keeps for its return"),
    Limit.DISPUTED: gettext_lazy("nothing, as long as a payment of this customer is contested"),
    Limit.ELSEWHERE: gettext_lazy("this money did not come through a payment provider"),
}


class RefundForm(forms.Form):
    """Which money, how much, why. Sent a first time it is only read back; the second time it is done."""

    lot = forms.TypedChoiceField(
        label=gettext_lazy("Which money"), coerce=int, widget=forms.RadioSelect, empty_value=None
    )
    amount = forms.CharField(
        label=gettext_lazy("Amount to give back"),
        max_length=64,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Kept with the refund; a second person reads it when the amount needs one."),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=1000,
    )
    request_id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    confirmed = forms.BooleanField(widget=forms.HiddenInput, required=False)
    money: Money
    chosen: Refundable

    def __init__(self, data: Any = None, *, offered: Sequence[Refundable]) -> None:
        self.offered = {each.lot.id: each for each in offered if each.most}
        super().__init__(data, initial=self._first())
        lots = self.fields["lot"]
        if isinstance(lots, forms.TypedChoiceField):
            lots.choices = [(lot_id, _label(each)) for lot_id, each in self.offered.items()]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        lot = found.get("lot")
        if lot is None or "amount" not in found:
            return found
        self.chosen = self.offered[lot]
        try:
            self.money = parse_euros(found["amount"])
        except NotAnAmount:
            self.add_error("amount", _("Write the amount in figures, with a comma or a point before the cents: 46.80."))
            return found
        if not 0 < self.money.cents <= self.chosen.most.cents:
            self.add_error("amount", at_most(self.chosen.most, self.chosen.why))
        return found

    def _first(self) -> dict[str, Any]:
        """The oldest money, all of it."""
        first = next(iter(self.offered.values()), None)
        return {} if first is None else {"lot": first.lot.id, "amount": typed(first.most)}

    def to_confirm(self, *, seen: int) -> dict[str, Any]:
        """The hidden fields of the summary: the same words, and what makes the second sending happen once."""
        kept = {name: self.cleaned_data[name] for name in ("lot", "amount", "reason")}
        return {**kept, "request_id": uuid4(), "seen": seen, "confirmed": "on"}


def at_most(most: Money, why: str) -> str:
    """Why no more may go back."""
    return _("At most %(most)s: %(why)s.") % {"most": money_text(most), "why": WHY[why]}


def _label(offered: Refundable) -> str:
    payment = offered.payment
    came = payment.instrument or payment.get_method_display() if payment else ""
    return _("%(method)s, %(reference)s of %(day)s: at most %(most)s, %(why)s") % {
        "method": came,
        "reference": payment.reference if payment else "",
        "day": offered.lot.received_on.strftime("%d/%m/%Y"),
        "most": money_text(offered.most),
        "why": WHY[offered.why],
    }
