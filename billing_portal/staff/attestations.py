"""The attestations of a customer, made by staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.permissions import staff_required
from billing_portal.staff.customers import customer_or_404
from billing_portal.staff.views import staff_page
from invoices import attesting

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.permissions import UserRequest


@staff_required
@permission_required("invoices.add_attestation", raise_exception=True)
def attestations(request: UserRequest, number: str) -> HttpResponse:
    """The same as the customer's own page, in the customer's language on paper."""
    customer = customer_or_404(number)
    asked = attesting.ask(customer, request.POST or None, by=request.user, at=request.now)
    if asked.made is not None:
        words = _("The attestation %(number)s is made. Its PDF is here in a moment.")
        messages.success(request, words % {"number": asked.made.number})
        return redirect("staff:attestations", number)
    context = {"asked": asked, "customer": customer}
    return staff_page(request, "staff/attestations.html", _("Attestations"), status=asked.status, **context)
