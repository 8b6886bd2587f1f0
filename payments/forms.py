"""What a customer types to pay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from core.formats import money_text
from core.money import Money, NotAnAmount, parse_euros
from payments.models import ON_A_PAGE, Method, SavedMethod

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_stubs_ext import StrOrPromise

OTHER = "other"
_ROUND = (Money(2_000), Money(5_000), Money(10_000), Money(20_000))
_SUGGESTED = 3
_SAVED = "saved:"
_REASONS = {
    "empty": _("Enter the amount to pay."),
    "ambiguous": _("Write the amount without a separator between thousands: 1000 or 1000.50."),
    "decimals": _("Write the amount with two decimals at most: 46.80."),
    "format": _("Write the amount in figures, with a comma or a point before the cents: 46.80."),
}


def least() -> Money:
    """The smallest top-up."""
    return Money(settings.TOP_UP_LEAST_CENTS)


def most() -> Money:
    """The largest top-up."""
    return Money(settings.TOP_UP_MOST_CENTS)


def within_limits(amount: Money) -> Money:
    """The nearest amount that a top-up may have."""
    return max(least(), min(most(), amount))


def suggestions(due: Money) -> list[Money]:
    """Three amounts to choose from: what is due first, if anything, then round ones above it."""
    first = [within_limits(due)] if due else []
    above = [amount for amount in _ROUND if least() <= amount <= most() and (not first or amount > first[0])]
    return (first + above)[:_SUGGESTED]


def amount_words(reason: NotAnAmount) -> str:
    """What is wrong with an amount that was typed, and how to write it."""
    return str(_REASONS.get(reason.reason, reason))


def typed(amount: Money) -> str:
    """An amount as people type it in both languages: `46,80`."""
    return f"{amount.euros:.2f}".replace(".", ",")


def ways_to_pay() -> list[tuple[str, StrOrPromise]]:
    """The methods to choose from: PayPal only when its settings are written."""
    return [(way.value, way.label) for way in ON_A_PAGE if way is not Method.PAYPAL or settings.PAYPAL_CLIENT_ID]


def way_of(method: SavedMethod) -> str:
    """How the form names a saved method."""
    return f"{_SAVED}{method.public_id}"


class TopUpForm(forms.Form):
    """How much, by which means. Nothing that was typed is lost when something has to be corrected.

    `saved_methods` are offered besides the ways to pay. `save`: this one is to be saved, and the customer agreed.
    """

    suggestion = forms.CharField(max_length=32, required=False)
    shown = forms.CharField(max_length=32, required=False, widget=forms.HiddenInput)
    amount = forms.CharField(
        label=_("Amount"),
        max_length=64,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    method = forms.ChoiceField(
        choices=ways_to_pay,
        initial=Method.CARD,
        error_messages={"invalid_choice": _("Choose one of the ways to pay."), "required": _("Choose a way to pay.")},
    )
    on_top = forms.BooleanField(required=False)
    save = forms.BooleanField(required=False)
    once = forms.CharField(max_length=36, required=False)
    due = forms.CharField(max_length=32, required=False)
    money: Money
    way: Method = Method.CARD
    saved: SavedMethod | None = None

    def __init__(self, *args: Any, saved_methods: Sequence[SavedMethod] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.saved_methods = {way_of(each): each for each in saved_methods}
        offered = [(way, each.title) for way, each in self.saved_methods.items()]
        self.fields["method"].choices = [*offered, *ways_to_pay()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Find the one amount and the one method that are meant, or say what is unclear. Sets what they are."""
        cleaned: dict[str, Any] = super().clean() or {}
        self._read_way(cleaned.get("method", ""))
        if self._said_twice():
            self.add_error("amount", _("The form was sent with several answers to one question. Start again."))
            return cleaned
        try:
            self.money = self._meant(cleaned)
        except NotAnAmount as reason:
            self.add_error("amount", amount_words(reason))
        else:
            self._check_limits()
        return cleaned

    def _read_way(self, chosen: str) -> None:
        """Sets `self.way`, and `self.saved` when it is a saved method."""
        self.saved = self.saved_methods.get(chosen)
        if self.saved is not None:
            self.way = Method(self.saved.kind)
        elif chosen:
            self.way = Method(chosen)

    @property
    def due_seen(self) -> Money | None:
        """What the page said was due when it was sent."""
        try:
            return parse_euros(self.cleaned_data.get("due", ""))
        except NotAnAmount:
            return None

    def _said_twice(self) -> bool:
        several = getattr(self.data, "getlist", None)
        return several is not None and any(len(several(self.add_prefix(name))) > 1 for name in self.fields)

    def _meant(self, cleaned: dict[str, Any]) -> Money:
        """What was typed, what was chosen, and what the page had filled in: whichever the person touched counts."""
        written, chosen = cleaned.get("amount", ""), cleaned.get("suggestion", "")
        if not chosen or chosen == OTHER:
            return parse_euros(written)
        choice, shown = parse_euros(chosen), cleaned.get("shown", "")
        if not written or written == shown:
            return choice
        amount = parse_euros(written)
        if amount == choice or (shown and parse_euros(shown) == choice):
            return amount
        raise NotAnAmount(
            str(
                _("You chose %(choice)s and typed another amount. Choose “Other amount” to pay what you typed.")
                % {"choice": money_text(choice)}
            )
        )

    def _check_limits(self) -> None:
        if not least() <= self.money <= most():
            self.add_error(
                "amount",
                _("Enter an amount between %(least)s and %(most)s.")
                % {"least": money_text(least()), "most": money_text(most())},
            )
