"""What people type about themselves. No form maps a model: only the fields written here can be changed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.identity import BadIdentity, plain_line, read_country, read_siren, read_siret, read_vat_number
from accounts.models import Customer, CustomerKind, Role, TextKind
from accounts.models.texts import TEXT_LENGTH
from accounts.selectors import billing_addresses

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.services import BadText

_LANGUAGES = [("fr", "Français"), ("en", "English")]
_MOST_ADDRESSES = 10
_BUSINESS = ("siren", "siret", "vat_number")
_PUBLIC = ("service_code", "engagement_number", "market_number")


class CheckedField(forms.CharField):
    """One line of text, read and checked by one of the readers of `accounts.identity`."""

    def __init__(self, *, read: Callable[[str], str] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.read = read

    def clean(self, value: Any) -> str:
        text = plain_line(str(super().clean(value) or ""))
        if not text or self.read is None:
            return text
        try:
            return self.read(text)
        except BadIdentity as error:
            raise ValidationError(str(error.message)) from error


class AddressesField(forms.CharField):
    """Several e-mail addresses, one a line; commas and semicolons do as well."""

    widget = forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false"})

    def clean(self, value: Any) -> list[str]:
        text = str(super().clean(value) or "")
        addresses = [address.lower() for address in re.split(r"[\s,;]+", text) if address]
        wrong = [address for address in addresses if not _is_address(address)]
        if wrong:
            raise ValidationError(
                ngettext(
                    "%(addresses)s is not an e-mail address. Write it as name@example.org.",
                    "%(addresses)s are not e-mail addresses. Write them as name@example.org.",
                    len(wrong),
                )
                % {"addresses": ", ".join(wrong)}
            )
        if len(addresses) > _MOST_ADDRESSES:
            raise ValidationError(_("Write ten addresses at most."))
        return addresses


class ProfileForm(forms.Form):
    """Billing details: what the next invoices say about their buyer, and who receives them."""

    name = CheckedField(label=_("Name on invoices"), max_length=200)
    address_line1 = CheckedField(label=_("Address"), max_length=200, required=False)
    address_line2 = CheckedField(label=_("Address, continued"), max_length=200, required=False)
    postcode = CheckedField(label=_("Postcode"), max_length=16, required=False)
    city = CheckedField(label=_("City"), max_length=100, required=False)
    country = CheckedField(
        label=_("Country"), help_text=_("Two letters: FR, BE, DE…"), max_length=2, min_length=2, read=read_country
    )
    siren = CheckedField(label="SIREN", help_text=_("9 digits"), max_length=20, required=False, read=read_siren)
    siret = CheckedField(
        label="SIRET", help_text=_("14 digits; spaces do not matter"), max_length=30, required=False, read=read_siret
    )
    vat_number = CheckedField(
        label=_("VAT number"), help_text=_("As FR12345678901"), max_length=24, required=False, read=read_vat_number
    )
    service_code = CheckedField(
        label=_("Service code"),
        help_text=_("The service that receives invoices in Chorus Pro"),
        max_length=100,
        required=False,
    )
    engagement_number = CheckedField(
        label=_("Engagement number"),
        help_text=_("Proposed on each invoice; empty when it changes every time"),
        max_length=50,
        required=False,
    )
    market_number = CheckedField(label=_("Market number"), max_length=50, required=False)
    billing_emails = AddressesField(
        label=_("E-mails for invoices and receipts"),
        help_text=_("One address a line. Without any, the owners of the account receive them."),
        required=False,
    )
    language = forms.ChoiceField(label=_("Language of invoices and mails"), choices=_LANGUAGES)

    def __init__(self, customer: Customer, data: Any = None) -> None:
        super().__init__(data, initial=_initial(customer))
        for field in _unwanted(customer):
            del self.fields[field]
        for field, name in _AUTOCOMPLETE.items():
            self.fields[field].widget.attrs["autocomplete"] = name

    def refuse(self, error: BadIdentity) -> None:
        """Show what the verb refused, beside its field."""
        self.add_error(error.field if error.field in self.fields else None, str(error.message))

    def say_of_number(self, words: str) -> None:
        """Say beside the VAT number whether it is checked, when there is something to say."""
        if words and "vat_number" in self.fields:
            self.fields["vat_number"].help_text = words


class MemberForm(forms.Form):
    """What a member may do."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.READ_ONLY)
    needs_second_factor = forms.BooleanField(
        label=_("Second step required"), help_text=_("A passkey or a code, besides the password"), required=False
    )


class InvitationForm(MemberForm):
    """Somebody who gets access."""

    email = forms.EmailField(label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    field_order = ("email", "role", "needs_second_factor")


class DayField(forms.DateField):
    """A day, chosen in the calendar of the browser."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


class TextForm(forms.Form):
    """What invoices have to say, and from which day to which."""

    kind = forms.ChoiceField(label=_("What"), choices=TextKind.choices, initial=TextKind.ORDER_NUMBER)
    text = forms.CharField(label=_("Text"), max_length=TEXT_LENGTH)
    valid_from = DayField(label=_("First day"), help_text=_("Invoices issued from that day on"))
    valid_until = DayField(label=_("Last day"), help_text=_("Empty: until further notice"), required=False)

    def refuse(self, error: BadText) -> None:
        """Show what the verb refused, beside its field."""
        self.add_error(error.field, str(error.message))


class LastDayForm(forms.Form):
    """Until when a text is written."""

    valid_until = DayField(label=_("Last day"), required=False)


_AUTOCOMPLETE = {
    "name": "organization",
    "address_line1": "address-line1",
    "address_line2": "address-line2",
    "postcode": "postal-code",
    "city": "address-level2",
    "country": "country",
}


def _initial(customer: Customer) -> dict[str, str]:
    fields = [name for name in ProfileForm.base_fields if name != "billing_emails"]
    return {name: getattr(customer, name) for name in fields} | {
        "billing_emails": "\n".join(billing_addresses(customer))
    }


def _unwanted(customer: Customer) -> tuple[str, ...]:
    """A person has no SIRET, and only a public body has a service code."""
    if customer.kind == CustomerKind.PERSON:
        return (*_BUSINESS, *_PUBLIC)
    return () if customer.is_public else _PUBLIC


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True
