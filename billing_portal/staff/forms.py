"""What staff type in."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer
from invoices.states import QuoteKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    _CustomerModelForm = forms.ModelForm[Customer]
    _LineFormSet = forms.BaseFormSet["LineForm"]
else:  # Django's forms name their model in the type checker's eyes only
    _CustomerModelForm = forms.ModelForm
    _LineFormSet = forms.BaseFormSet

_USUAL_VALIDITY = timedelta(days=30)
_TYPED = 40
_PLACE = ("address_line1", "address_line2", "postcode", "city", "country")
_NUMBERS = ("siren", "siret", "vat_number")
_ROUTING = ("public_kind", "service_code", "engagement_number", "market_number", "language")


class CustomerForm(_CustomerModelForm):
    """Who a customer is. Numbers may be typed with spaces: the verb that saves reads and checks them."""

    siren = forms.CharField(label="SIREN", max_length=_TYPED, required=False)
    siret = forms.CharField(label="SIRET", max_length=_TYPED, required=False)
    vat_number = forms.CharField(label=_("VAT number"), max_length=_TYPED, required=False)
    field_order = ("kind", "name", "email", *_PLACE, *_NUMBERS, *_ROUTING)

    class Meta:
        model = Customer
        fields = ("kind", "name", *_PLACE, *_ROUTING)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in _NUMBERS:
            self.initial.setdefault(name, getattr(self.instance, name))
        self.fields["public_kind"].required = False  # of public bodies alone

    def clean_public_kind(self) -> str:
        """The kind that was chosen; otherwise it stays."""
        return str(self.cleaned_data["public_kind"] or self.instance.public_kind)

    def fields_of_buyer(self) -> dict[str, Any]:
        """What documents say, besides kind and name."""
        return {name: self.cleaned_data[name] for name in (*_PLACE, *_NUMBERS, *_ROUTING)}


class NewCustomerForm(CustomerForm):
    email = forms.EmailField(
        label=_("E-mail address of the owner"), help_text=_("Invoices and receipts go there; it can sign in.")
    )


class EditCustomerForm(CustomerForm):
    billing_emails = forms.CharField(
        label=_("Billing e-mails"),
        help_text=_("One a line. Without any, the owners receive invoices and receipts."),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
    )

    def addresses(self) -> list[str]:
        """The addresses, one a line."""
        return str(self.cleaned_data["billing_emails"]).split()


class LineForm(forms.Form):
    """One line of an invoice; a line left blank does not count. Its VAT is not typed: who buys decides it."""

    label = forms.CharField(label=_("Label"), max_length=300)
    quantity = forms.DecimalField(label=_("Quantity"), initial=1, max_digits=12, decimal_places=4, localize=True)
    unit_price = forms.DecimalField(label=_("Unit price without VAT"), max_digits=14, decimal_places=6, localize=True)
    period_start = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    period_end = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        start, end = found.get("period_start"), found.get("period_end")
        if start and end and end < start:
            self.add_error("period_end", _("The period ends before it starts."))
        return found


class _AtLeastOneLine(_LineFormSet):
    def clean(self) -> None:
        if not any(self.errors) and not any(form.has_changed() for form in self.forms):
            raise forms.ValidationError(_("Write at least one line."))


BLANK_LINES = 3
MOST_LINES = 200


def line_formset(lines: Sequence[dict[str, Any]] = ()) -> Any:
    """The lines that are there and three blank ones."""
    return LineFormSet(initial=list(lines))


LineFormSet = forms.formset_factory(
    LineForm, formset=_AtLeastOneLine, extra=BLANK_LINES, max_num=MOST_LINES, absolute_max=MOST_LINES
)


class InvoiceForm(forms.Form):
    """What the whole invoice says."""

    subject = forms.CharField(label=_("Subject"), max_length=300, required=False)
    engagement_number = forms.CharField(label=_("Engagement number"), max_length=50, required=False)
    planned_on = forms.DateField(
        label=_("Planned for"),
        help_text=_("When you mean to issue it: a public body is asked for its engagement number before."),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        required=False,
    )


class DecisionForm(forms.Form):
    """Yes or no of a second person. Whoever refuses says why."""

    decision = forms.ChoiceField(choices=[("approve", ""), ("refuse", "")], widget=forms.HiddenInput)
    note = forms.CharField(
        label=_("Note of the decision"),
        help_text=_("Kept with the decision. To refuse, say why."),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=1000,
        required=False,
    )

    @property
    def agrees(self) -> bool:
        return bool(self.cleaned_data["decision"] == "approve")

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if found.get("decision") == "refuse" and not found.get("note"):
            self.add_error("note", _("Say why you refuse."))
        return found


class QuoteForm(forms.Form):
    """What a draft becomes when it is sent before any invoice."""

    kind = forms.TypedChoiceField(label=_("What to send"), choices=QuoteKind.choices, coerce=QuoteKind)
    valid_until = forms.DateField(label=_("Valid until"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, data: Any = None, *, today: date) -> None:
        super().__init__(data, initial={"kind": QuoteKind.QUOTE, "valid_until": today + _USUAL_VALIDITY})


class WithdrawalForm(forms.Form):
    """Why a quote is taken back."""

    reason = forms.CharField(label=_("Reason"), max_length=300)
