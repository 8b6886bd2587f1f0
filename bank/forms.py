"""What a customer says about a transfer: how much, for what, on which day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from bank.services import Announcement
from core.formats import day_text, money_text
from core.money import Money, NotAnAmount, parse_euros
from payments.forms import amount_words, typed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from ledger.selectors import OpenItemView

_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Days:
    """The days on which the transfer may have been sent, or will be."""

    first: date
    last: date
    today: date


class AmountForm(forms.Form):
    """Another amount for the code and the order; nothing is kept."""

    amount = forms.CharField(
        label=_("Another amount"),
        max_length=_LENGTH,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )


class AnnounceForm(forms.Form):
    """A transfer was sent, or will be. `once` names this form, so that it counts once."""

    once = forms.UUIDField(widget=forms.HiddenInput)
    amount = forms.CharField(
        label=_("Amount of the transfer"),
        max_length=_LENGTH,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    sent_on = forms.DateField(
        label=_("Sent on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        error_messages={"invalid": _("Write a day, such as 15/12/2026."), "required": _("Choose a day.")},
    )
    documents = forms.MultipleChoiceField(
        label=_("What does it pay?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Choose among what is to be paid.")},
    )

    def __init__(
        self,
        answers: Mapping[str, Any] | None = None,
        *,
        items: Sequence[OpenItemView],
        days: Days,
        chosen: str = "",
        amount: Money | None = None,
    ) -> None:
        initial = {
            "once": uuid4(),
            "amount": typed(amount) if amount else "",
            "sent_on": days.today,
            "documents": [chosen] if chosen else [],
        }
        super().__init__(answers, initial=initial)
        self.fields["documents"].choices = [  # type: ignore[attr-defined]
            (item.document_ref, f"{item.document_ref}, {money_text(item.open)}") for item in items
        ]
        if not items:
            del self.fields["documents"]
        self.fields["sent_on"].widget.attrs.update({"min": days.first.isoformat(), "max": days.last.isoformat()})

    @property
    def announcement(self) -> Announcement:
        """What was said, once it is valid."""
        said = self.cleaned_data
        return Announcement(said["amount"], said["sent_on"], said["once"], said.get("documents", []))

    def clean_amount(self) -> Money:
        """Read it as people write it."""
        try:
            return parse_euros(self.cleaned_data["amount"])
        except NotAnAmount as reason:
            raise forms.ValidationError(amount_words(reason)) from None

    def refuse_day(self, first: date, last: date) -> None:
        """Say which days are possible."""
        words = {"first": day_text(first), "last": day_text(last)}
        self.add_error("sent_on", _("Choose a day from %(first)s to %(last)s.") % words)
