"""What staff send and say when they import a bank statement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bank.readers.bounds import MOST_BYTES
from bank.services import BadColumns, describe_table, own_accounts
from core.formats import in_fours

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

_ROLES = (
    ("", gettext_lazy("not used")),
    ("booked_on", gettext_lazy("date")),
    ("value_on", gettext_lazy("value date")),
    ("amount", gettext_lazy("amount, with its sign")),
    ("debit", gettext_lazy("debit (money out)")),
    ("credit", gettext_lazy("credit (money in)")),
    ("text", gettext_lazy("text of the transfer")),
    ("name", gettext_lazy("name of the payer")),
    ("iban", gettext_lazy("IBAN of the payer")),
    ("reference", gettext_lazy("reference of the bank")),
    ("end_to_end", gettext_lazy("end-to-end reference")),
    ("currency", gettext_lazy("currency")),
)


class StatementForm(forms.Form):
    """A file, and of which account it is when it does not say so."""

    file = forms.FileField(
        label=gettext_lazy("File of the bank"),
        max_length=200,
        allow_empty_file=True,
        help_text=gettext_lazy(
            "CAMT.052, 053 or 054, CFONB 120, MT940, OFX, CSV, XLSX, or a zip of them; 20 MiB at most. The format is "
            "found by itself."
        ),
    )
    account = forms.ChoiceField(label=gettext_lazy("Account"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(account.iban, f"{account.label} – {in_fours(account.iban)}") for account in own_accounts()]
        self.fields["account"].choices = [("", _("the one that the file names")), *known]  # type: ignore[attr-defined]

    @property
    def content(self) -> bytes:
        """What was sent; no more of it than is allowed, and a byte, so that the rest is noticed."""
        sent: bytes = self.cleaned_data["file"].read(MOST_BYTES + 1)
        return sent


class AnywayForm(forms.Form):
    """Why a file that does not add up is imported anyway."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("What the bank says of the difference. The second person reads it, and it is kept."),
    )


class ColumnsForm(forms.Form):
    """What each column of a table is."""

    def __init__(self, headings: Sequence[str], rows: Sequence[Sequence[str]], *args: Any) -> None:
        super().__init__(*args)
        self._headings = headings
        for place, heading in enumerate(headings):
            seen = [row[place] for row in rows if place < len(row) and row[place]]
            self.fields[f"column_{place}"] = forms.ChoiceField(
                label=heading or _("column %(number)d") % {"number": place + 1},
                choices=_ROLES,
                required=False,
                help_text=" · ".join(seen)[:120],
            )

    def save(self, *, at: datetime) -> bool:
        """Keep the answers. False, with the reason on the form, when they make no lines."""
        columns: dict[str, list[int]] = {}
        for place in range(len(self._headings)):
            role = self.cleaned_data[f"column_{place}"]
            if role:
                columns.setdefault(role, []).append(place)
        try:
            describe_table(self._headings, columns, at=at)
        except BadColumns as refusal:
            self.add_error(None, str(refusal))
            return False
        return True
