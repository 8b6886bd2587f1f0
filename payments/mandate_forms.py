"""What a customer says about a bank account, and the signature of its mandate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.identity import plain_line
from accounts.models import CustomerKind
from payments.models import Scheme

if TYPE_CHECKING:
    from accounts.models import Customer

_TYPED = 200
_HOLDER = 70
_SCHEMES = [
    (Scheme.CORE.value, _("Ordinary direct debit: your bank gives the money back if you ask within 8 weeks")),
    (Scheme.B2B.value, _("Business to business: no refund, and your bank has to register the mandate first")),
]


class AccountForm(forms.Form):
    """Which account. The number is checked by the verb, which counts the checks."""

    iban = forms.CharField(
        label="IBAN",
        help_text=_("As on your bank’s account details. Spaces and small letters do not matter."),
        max_length=_TYPED,
        error_messages={"required": _("Write the IBAN of the account to debit. It is on your bank’s account details.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "inputmode": "text"}
        ),
    )
    holder = forms.CharField(
        label=_("Account holder"),
        help_text=_("The name that the bank knows."),
        max_length=_HOLDER,
        error_messages={"required": _("Write the name of the account holder.")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    bic = forms.CharField(
        label=_("BIC of the bank"),
        help_text=_("We usually find it by ourselves. Write it for an account outside the European Economic Area."),
        max_length=_TYPED,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    scheme = forms.ChoiceField(
        label=_("Kind of mandate"),
        choices=_SCHEMES,
        initial=Scheme.CORE.value,
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(("invalid_choice", "required"), _("Choose one of the two kinds of mandate.")),
    )

    def __init__(self, customer: Customer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["holder"].initial = customer.name[:_HOLDER]
        if customer.kind != CustomerKind.COMPANY:
            del self.fields["scheme"]

    def clean_holder(self) -> str:
        return plain_line(self.cleaned_data["holder"])

    @property
    def chosen_scheme(self) -> Scheme:
        """CORE unless a company chose otherwise."""
        return Scheme(self.cleaned_data.get("scheme") or Scheme.CORE)


class SignForm(forms.Form):
    """The signature: a box that nobody ticks but the holder."""

    agreed = forms.BooleanField(
        label=_("I am the holder of this account or may sign for them, and I sign this mandate"),
        error_messages={"required": _("Nothing is signed yet: tick the box to sign the mandate.")},
    )
