"""Forms of the login package, in our words."""

from __future__ import annotations

from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """A new key. By default it replaces the password too: that is what people expect of a passkey."""

    name = forms.CharField(label=_("Name of the key"), max_length=100, required=False)
    passwordless = forms.BooleanField(
        label=_("Also replaces the password"),
        help_text=_("Untick it for a security key without fingerprint nor code: it is then asked after the password."),
        required=False,
        initial=True,
    )


class RenamePasskeyForm(EditWebAuthnForm):  # type: ignore[misc]
    """Another name for a key."""

    name = forms.CharField(label=_("Name of the key"), max_length=100)
