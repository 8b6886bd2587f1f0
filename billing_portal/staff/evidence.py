"""What staff do about the evidence for VAT of one customer: ask VIES, note where a consumer is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts import services
from accounts.gateways.vies import vies
from accounts.identity import BadIdentity
from accounts.models import PlaceKind
from accounts.permissions import staff_required
from billing_portal.staff.customers import customer_or_404
from billing_portal.staff.views import form_page

if TYPE_CHECKING:
    from accounts.permissions import UserRequest

_may_change = permission_required("accounts.change_customer", raise_exception=True)


class PlaceForm(forms.Form):
    """A sign of the country where a customer is."""

    kind = forms.ChoiceField(label=gettext_lazy("What says it"), choices=PlaceKind.choices)
    country = forms.CharField(
        label=gettext_lazy("Country"), max_length=2, help_text=gettext_lazy("Two letters, as IT.")
    )
    source = forms.CharField(
        label=gettext_lazy("Where it was read"),
        max_length=100,
        help_text=gettext_lazy("For example: card •• 4242, transfer of 3 March."),
    )


@staff_required
@_may_change
@require_POST
def check_number(request: UserRequest, number: str) -> HttpResponse:
    """Ask VIES now."""
    customer = customer_or_404(number)
    check = services.check_vat_number(customer.pk, gateway=vies(), at=request.now)
    if check is None:
        messages.warning(request, _("There is nothing to ask: no VAT number of another member state."))
    elif check.is_valid:
        messages.success(request, _("VIES confirms %(number)s.") % {"number": check.number})
    else:
        told = {"number": check.number, "answer": check.get_outcome_display(), "reason": check.reason}
        messages.error(request, _("VIES does not confirm %(number)s: %(answer)s %(reason)s") % told)
    return redirect("staff:customer", customer.number)


@staff_required
@_may_change
def note_place(request: UserRequest, number: str) -> HttpResponse:
    """Note a sign of where a consumer is; a mistake is followed by another note of the same kind."""
    customer = customer_or_404(number)
    form = PlaceForm(request.POST or None)
    if form.is_valid():
        kind, country = PlaceKind(form.cleaned_data["kind"]), form.cleaned_data["country"]
        source = form.cleaned_data["source"]
        try:
            services.note_place(customer, kind, country, source=source, by=request.user, at=request.now)
        except BadIdentity as fault:
            form.add_error("country", str(fault.message))
        else:
            messages.success(request, _("Noted. The next invoices rest on it."))
            return redirect("staff:customer", customer.number)
    note = _("It is kept as it is, with the invoices that rest on it. The latest of each kind counts.")
    return form_page(request, form, title=customer.name, button=_("Note it"), note=note)
