"""The filters of the transactions page. A value that cannot be read is left aside: a bookmark never fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

from ledger.kinds import MovementKind
from ledger.selectors import StatementQuery

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import QueryDict

GROUPS = {
    "documents": (MovementKind.INVOICE, MovementKind.CREDIT_NOTE),
    "payments": (
        MovementKind.TOP_UP,
        MovementKind.TRANSFER,
        MovementKind.DIRECT_DEBIT,
        MovementKind.PAYMENT_REVERSED,
        MovementKind.PAYMENT_RESTORED,
    ),
    "refunds": (MovementKind.REFUND,),
    "others": (MovementKind.COMMISSION, MovementKind.CORRECTION),
}
_LARGEST_VERSION = 2**62


class StatementFilters(forms.Form):
    """Year, kind, words; and the cursors of the page, which the form does not show."""

    year = forms.ChoiceField(label=_("Year"), required=False)
    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=[
            ("", _("All")),
            ("documents", _("Invoices and credit notes")),
            ("payments", _("Payments")),
            ("refunds", _("Refunds")),
            ("others", _("Others")),
        ],
    )
    q = forms.CharField(label=_("Invoice or wording"), required=False, max_length=100)
    before = forms.IntegerField(min_value=1, max_value=_LARGEST_VERSION, required=False, widget=forms.HiddenInput)
    after = forms.IntegerField(min_value=1, max_value=_LARGEST_VERSION, required=False, widget=forms.HiddenInput)

    def __init__(self, asked: QueryDict, *, years: Sequence[int]) -> None:
        super().__init__(asked)
        self.fields["year"].choices = [("", _("All")), *((str(year), str(year)) for year in years)]  # type: ignore[attr-defined]

    @property
    def query(self) -> StatementQuery:
        """What is asked, of what could be read."""
        self.is_valid()
        read = self.cleaned_data
        return StatementQuery(
            year=int(read["year"]) if read.get("year") else None,
            kinds=tuple(GROUPS[read["kind"]]) if read.get("kind") else (),
            search=read.get("q", ""),
            before=read.get("before"),
            after=None if read.get("before") else read.get("after"),
        )

    @property
    def kept(self) -> dict[str, str]:
        """The filters in force, as an address carries them."""
        self.is_valid()
        return {name: self.cleaned_data[name] for name in ("year", "kind", "q") if self.cleaned_data.get(name)}
