"""What staff type in to answer a dispute."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from payments.services.disputes import LONGEST_ANSWER


class AnswerForm(forms.Form):
    """Our words, and whether they are sent now: the buttons of one form say so."""

    text = forms.CharField(
        label=gettext_lazy("Our answer"),
        help_text=gettext_lazy("What the bank should know: what was sold, used and said. It opens the pack."),
        max_length=LONGEST_ANSWER,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    send = forms.BooleanField(required=False, widget=forms.HiddenInput)


class GiveInForm(forms.Form):
    """Why we let the payer keep the money."""

    reason = forms.CharField(
        label=gettext_lazy("Why we give in"),
        help_text=gettext_lazy("Kept in the history, and read by the second person when one has to agree."),
        max_length=300,
    )
