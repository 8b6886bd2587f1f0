"""What a customer says about saved methods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

from payments.forms import ways_to_pay
from payments.models import brand_name

if TYPE_CHECKING:
    from django.http import QueryDict

    from payments.models import SavedMethod

_LABEL = 60


class AddForm(forms.Form):
    """Which kind to save, and the agreement: a box that nobody ticks but the customer."""

    kind = forms.ChoiceField(
        label=_("Which one?"),
        choices=ways_to_pay,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Choose one of the ways to pay."), "required": _("Choose a way to pay.")},
    )
    agreed = forms.BooleanField(
        label=_("I agree"), error_messages={"required": _("Without your agreement nothing is saved: tick the box.")}
    )


class AgreeForm(forms.Form):
    """The agreement alone, where there is nothing to choose."""

    agreed = forms.BooleanField(
        label=_("I agree"), error_messages={"required": _("Without your agreement nothing is saved: tick the box.")}
    )


class LabelForm(forms.Form):
    """A name of the customer's own for a method."""

    label = forms.CharField(
        label=_("Your own name for it"),
        help_text=_("For example “office card”. Only you and those with access see it."),
        max_length=_LABEL,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class NetworkForm(forms.Form):
    """The network by which a card of two brands is debited."""

    network = forms.ChoiceField(
        label=_("Pay by the network"),
        help_text=_("Your card belongs to two networks. The choice is yours, and you may change it at any time."),
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Choose one of the networks of this card.")},
    )

    def __init__(self, method: SavedMethod, answers: QueryDict | None = None) -> None:
        super().__init__(answers, initial={"network": method.brand})
        choices = [(network, brand_name(network)) for network in method.networks]
        self.fields["network"].choices = choices  # type: ignore[attr-defined]
