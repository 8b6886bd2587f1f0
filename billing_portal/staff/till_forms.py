"""What finance types in about the money that providers hold."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from core.clock import local_date
from payments.proving import MOST_DAYS, providers_proven
from payments.services.treating import ACCOUNTS

if TYPE_CHECKING:
    from datetime import date, datetime

_USUAL_DAYS = 31
_NOTHING = "nothing"


class ProofForm(forms.Form):
    """Which provider and which days. Whatever is missing or wrong has its usual value: a proof is always shown."""

    provider = forms.ChoiceField(label=_("Provider"), required=False)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, typed: Any, *, today: datetime) -> None:
        last = local_date(today)
        usual = {
            "provider": providers_proven()[0].value,
            "since": (last - timedelta(days=_USUAL_DAYS - 1)).isoformat(),
            "until": last.isoformat(),
        }
        kept = {name: value for name in usual if (value := typed.get(name))}
        super().__init__({**usual, **kept})
        self._usual = usual
        self.fields["provider"].choices = [(each.value, each.label) for each in providers_proven()]  # type: ignore[attr-defined]

    @property
    def asked(self) -> tuple[str, date, date]:
        """The provider, the first and the last day: at most 92 of them, and none after the last."""
        self.is_valid()
        found = {**self._read(self._usual), **{name: value for name, value in self.cleaned_data.items() if value}}
        until = found["until"]
        since = min(found["since"], until)
        return str(found["provider"]), max(since, until - timedelta(days=MOST_DAYS - 1)), until

    @property
    def query(self) -> str:
        """What was asked, for the addresses of the exports."""
        provider, since, until = self.asked
        return urlencode({"provider": provider, "since": since.isoformat(), "until": until.isoformat()})

    def _read(self, typed: dict[str, str]) -> dict[str, Any]:
        return {name: self.fields[name].clean(value) for name, value in typed.items()}


class TreatmentForm(forms.Form):
    """Where a movement is to be booked, and why."""

    account = forms.ChoiceField(
        label=_("Book it on"),
        choices=[("", "–"), *ACCOUNTS.items(), (_NOTHING, _("Nothing: it needs no posting"))],
        help_text=_("Against the account of the provider. Never a customer’s account: their money has its own pages."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))

    def clean_account(self) -> str:
        """No account at all is what “nothing” means."""
        chosen = str(self.cleaned_data["account"])
        return "" if chosen == _NOTHING else chosen


class SeenForm(forms.Form):
    note = forms.CharField(
        label=_("Note"), max_length=300, required=False, help_text=_("What it was, for whoever asks later.")
    )
