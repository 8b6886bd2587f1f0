"""What a public body says of where its invoices go: SIRET, service, engagement. Nothing typed is lost."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.forms import CheckedField, DayField
from accounts.identity import BadIdentity, read_siren, read_siret
from accounts.models.customers import ENGAGEMENT_LENGTH, MARKET_LENGTH, SERVICE_LENGTH
from core.money import Money, NotAnAmount, parse_euros

if TYPE_CHECKING:
    from accounts.models import Customer
    from accounts.services import BadEngagement
    from chorus.models import StructureService

EACH, SAME = "each", "same"
_SIREN_DIGITS, _SIRET_DIGITS = 9, 14
_SEPARATORS: Final = re.compile(r"[\s.\-\u00a0\u202f]")


def read_typed_siret(typed: str) -> str:
    """A SIRET as people type it. What is wrong is said with what to do. Raises ValidationError."""
    digits = _SEPARATORS.sub("", typed)
    if not (digits.isascii() and digits.isdigit()):
        raise ValidationError(_("A SIRET has digits only. Copy the 14 digits, with or without spaces."))
    if len(digits) == _SIREN_DIGITS and _is_siren(digits):
        raise ValidationError(
            _("These 9 digits are a SIREN. Add the 5 digits of the establishment that receives your invoices.")
        )
    if len(digits) != _SIRET_DIGITS:
        raise ValidationError(_("A SIRET has 14 digits; you wrote %(count)s.") % {"count": len(digits)})
    try:
        return read_siret(digits)
    except BadIdentity as error:
        raise ValidationError(
            _("The last digit of this SIRET does not match the others: one of them is mistyped.")
        ) from error


class SiretForm(forms.Form):
    """Step one: which structure."""

    siret = forms.CharField(
        label=_("SIRET of the structure"),
        help_text=_("14 digits, with or without spaces."),
        max_length=40,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean_siret(self) -> str:
        return read_typed_siret(self.cleaned_data["siret"])


class ServiceForm(forms.Form):
    """Step two: which service. A code that is not in the list may be typed while the directory is not known."""

    service_code = CheckedField(label=_("Service code"), max_length=SERVICE_LENGTH, required=False)

    def __init__(self, data: Any = None, *, offered: list[StructureService] | None, required: bool, said: str) -> None:
        super().__init__(data, initial={"service_code": said})
        self.offered, self.is_required = offered, required

    def clean_service_code(self) -> str:
        code = str(self.cleaned_data["service_code"])
        if self.offered is None:
            return code
        if not code and self.is_required:
            raise ValidationError(
                _("Choose the service that receives your invoices: your administration requires one.")
            )
        if code and code not in {service.code for service in self.offered}:
            raise ValidationError(_("This service takes no invoice. Choose one that is open in the list."))
        return code


class RuleForm(forms.Form):
    """Step three: the number that every invoice carries, or none; and the market."""

    rule = forms.ChoiceField(choices=[(EACH, ""), (SAME, "")], widget=forms.HiddenInput)
    engagement_number = CheckedField(label=_("Engagement number"), max_length=ENGAGEMENT_LENGTH, required=False)
    market_number = CheckedField(
        label=_("Market number"),
        help_text=_("Only when your invoices belong to a public contract."),
        max_length=MARKET_LENGTH,
        required=False,
    )

    def __init__(self, customer: Customer, data: Any = None) -> None:
        said = {
            "rule": SAME if customer.engagement_number else EACH,
            "engagement_number": customer.engagement_number,
            "market_number": customer.market_number,
        }
        super().__init__(data, initial=said)
        for name in ("engagement_number", "market_number"):
            self.fields[name].widget.attrs["autocomplete"] = "off"

    @property
    def shown_rule(self) -> str:
        """The choice as it stands on the page."""
        return str(self["rule"].value())

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if found.get("rule") == SAME and not found.get("engagement_number") and "engagement_number" not in self.errors:
            self.add_error("engagement_number", _("Write the engagement number, or have it asked each time."))
        if found.get("rule") == EACH:
            found["engagement_number"] = ""
        return found


class CeilingField(forms.CharField):
    """An amount in euros with VAT; empty when there is none."""

    def clean(self, value: Any) -> Money | None:
        text = str(super().clean(value) or "")
        if not text:
            return None
        try:
            return parse_euros(text)
        except NotAnAmount as error:
            raise ValidationError(_("Write the amount in figures, as 1200 or 1200.50.")) from error


class EngagementForm(forms.Form):
    """An engagement number with its days and its ceiling."""

    number = CheckedField(label=_("Engagement number"), max_length=ENGAGEMENT_LENGTH)
    service_code = forms.ChoiceField(label=_("For the service"), required=False)
    market_number = CheckedField(label=_("Market number"), max_length=MARKET_LENGTH, required=False)
    valid_from = DayField(label=_("First day"))
    valid_until = DayField(label=_("Last day"), help_text=_("Empty: until further notice"), required=False)
    ceiling = CeilingField(
        label=_("Ceiling, in euros with VAT"),
        help_text=_("Empty: none. Beyond it, invoices wait for another number."),
        max_length=32,
        required=False,
        widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}),
    )

    def __init__(self, data: Any = None, *, services: list[tuple[str, str]], initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        self.fields["service_code"].choices = [("", _("Every service")), *services]  # type: ignore[attr-defined]

    def refuse(self, error: BadEngagement) -> None:
        """Show what the verb refused, beside its field."""
        self.add_error(error.field if error.field in self.fields else None, str(error.message))


def _is_siren(digits: str) -> bool:
    try:
        read_siren(digits)
    except BadIdentity:
        return False
    return True
