"""What people type in beside a line: a split, several invoices, a reason, an account, a note."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Customer
from bank.services import ACCOUNTS, ShareOf
from billing_portal.staff.search import find_customers
from core.formats import money_text
from core.money import ZERO, Money, NotAnAmount, parse_euros

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.forms import BoundField

ROWS: Final = 3
MOST_ROWS: Final = 50
_WHY: Final = gettext_lazy("Say why: whoever looks at this line later needs it.")


class ReasonForm(forms.Form):
    """Why a line is left aside, or a decision undone."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
        error_messages={"required": _WHY},
    )


class BookForm(forms.Form):
    """On which account of ours a whole line is booked, and why."""

    account = forms.ChoiceField(label=gettext_lazy("Account"), choices=list(ACCOUNTS.items()))
    reason = ReasonForm.base_fields["reason"]


class NoteForm(forms.Form):
    """A note for whoever looks at the line next."""

    text = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "autofocus": True}),
        error_messages={"required": gettext_lazy("Write the note first.")},
    )


class DocumentsForm(forms.Form):
    """Which open documents of one customer a line pays first; the rest stays on the account."""

    documents = forms.MultipleChoiceField(
        label=gettext_lazy("Documents that this line pays first"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Tick at least one document.")},
    )

    def __init__(self, data: Any = None, *, offered: Sequence[tuple[str, str]], **more: Any) -> None:
        super().__init__(data, **more)
        field = self.fields["documents"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = list(offered)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the split as the page shows it."""

    number: int
    customer: BoundField
    amount: BoundField
    documents: BoundField


class SplitForm(forms.Form):
    """Parts of a line for several customers. One amount may be left empty: it is the remainder."""

    shares: list[ShareOf]

    def __init__(self, data: Any = None, *, amount: Money, rows: int = ROWS, **more: Any) -> None:
        super().__init__(data, **more)
        self.amount, self.count = amount, max(1, min(rows, MOST_ROWS))
        for number in range(1, self.count + 1):
            self.fields[f"customer_{number}"] = _text(_("Customer %(number)d") % {"number": number})
            self.fields[f"amount_{number}"] = _text(_("Amount %(number)d") % {"number": number}, inputmode="decimal")
            self.fields[f"documents_{number}"] = _text(_("Documents %(number)d") % {"number": number})

    @property
    def rows(self) -> list[Row]:
        """Every row, empty ones too."""
        names = ("customer", "amount", "documents")
        return [Row(number, *(self[f"{name}_{number}"] for name in names)) for number in range(1, self.count + 1)]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        used = [number for number in range(1, self.count + 1) if self._is_used(number, found)]
        if not used:
            self.add_error("customer_1", _("Write at least one customer."))
            return found
        customers = {number: self._customer(number, found) for number in used}
        amounts = {number: self._amount(number, found) for number in used}
        self._fill(amounts)
        if not self.errors:
            self.shares = [
                ShareOf(customer.pk, amounts[number] or ZERO, _documents(found[f"documents_{number}"]))
                for number, customer in customers.items()
                if customer is not None
            ]
        return found

    def _is_used(self, number: int, found: Mapping[str, Any]) -> bool:
        return any(found.get(f"{name}_{number}") for name in ("customer", "amount", "documents"))

    def _customer(self, number: int, found: Mapping[str, Any]) -> Customer | None:
        typed = found.get(f"customer_{number}", "")
        several = list(find_customers(Customer.objects.order_by("pk"), typed)[:2]) if typed else []
        if len(several) == 1:
            return several[0]
        words = _("Several customers are called so: write the number.") if several else _("No customer is called so.")
        self.add_error(f"customer_{number}", words if typed else _("Write the customer of this part."))
        return None

    def _amount(self, number: int, found: Mapping[str, Any]) -> Money | None:
        """The amount of a row; nothing when it was left empty, or cannot be read."""
        typed = found.get(f"amount_{number}", "")
        if not typed:
            return None
        try:
            amount = parse_euros(typed)
        except NotAnAmount:
            amount = ZERO
        if amount > ZERO:
            return amount
        words = _("Write the amount in figures, with a comma or a point before the cents: 46.80.")
        self.add_error(f"amount_{number}", words)
        return None

    def _fill(self, amounts: dict[int, Money | None]) -> None:
        """The remainder goes to the row without an amount; the parts are the line."""
        if any(name.startswith("amount_") for name in self.errors):
            return
        empty = [number for number, amount in amounts.items() if amount is None]
        left = self.amount - Money(sum(amount.cents for amount in amounts.values() if amount is not None))
        if len(empty) > 1:
            self.add_error(f"amount_{empty[1]}", _("Only one amount may be left empty: it is the remainder."))
        elif empty and left > ZERO:
            amounts[empty[0]] = left
        elif empty or left != ZERO:
            last = empty[0] if empty else max(amounts)
            words = _("The parts are not the line: %(left)s are left to place.") % {"left": money_text(left)}
            self.add_error(f"amount_{last}", words)


def _text(label: str, **attrs: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off", **attrs})
    return forms.CharField(label=label, max_length=200, required=False, widget=widget)


def _documents(typed: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(typed.upper().replace(",", " ").replace(";", " ").split()))
