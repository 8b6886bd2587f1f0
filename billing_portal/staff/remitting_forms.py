"""What finance types in about files of direct debits."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class DealtWithForm(forms.Form):
    """What an answer of the bank was, and what was done about it."""

    note = forms.CharField(
        label=_("What it was, and what you did"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write what it was: whoever reads it next wants to know.")},
    )
