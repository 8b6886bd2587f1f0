"""Pages of staff about one customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts import selectors as accounts
from accounts import services as customers
from accounts.identity import BadIdentity
from accounts.models import Customer
from accounts.permissions import staff_required
from billing_portal.staff.customer_page import customer_page
from billing_portal.staff.forms import EditCustomerForm, NewCustomerForm
from billing_portal.staff.views import form_page, staff_page
from core.references import NotACustomerNumber, read_customer_number

if TYPE_CHECKING:
    from accounts.permissions import UserRequest


@staff_required
@permission_required("accounts.view_customer", raise_exception=True)
def customer(request: UserRequest, number: str) -> HttpResponse:
    """Everything about one customer."""
    found = customer_or_404(number)
    return staff_page(request, "staff/customer.html", found.name, **customer_page(found, request.GET, at=request.now))


@staff_required
@permission_required("accounts.add_customer", raise_exception=True)
def new_customer(request: UserRequest) -> HttpResponse:
    """Open an account for somebody."""
    form = NewCustomerForm(request.POST or None, initial={"country": "FR", "language": "fr"})
    if form.is_valid():
        given = {"kind": form.cleaned_data["kind"], "name": form.cleaned_data["name"]}
        email = form.cleaned_data["email"]
        try:
            opened = customers.create_customer(**given, email=email, at=request.now, **form.fields_of_buyer())
        except BadIdentity as fault:
            form.add_error(fault.field if fault.field in form.fields else None, str(fault.message))
        else:
            told = _("The account %(number)s is open.") % {"number": opened.reference.shown}
            messages.success(request, told)
            return redirect("staff:customer", opened.number)
    return form_page(request, form, title=_("New customer"), button=_("Open the account"))


@staff_required
@permission_required("accounts.change_customer", raise_exception=True)
def edit_customer(request: UserRequest, number: str) -> HttpResponse:
    """Change what the customer's next documents say."""
    found = customer_or_404(number)
    addresses = found.billing_emails.order_by("pk").values_list("email", flat=True)
    form = EditCustomerForm(request.POST or None, instance=found, initial={"billing_emails": "\n".join(addresses)})
    del form.fields["kind"]
    if form.is_valid():
        try:
            customers.update_profile(
                found,
                name=form.cleaned_data["name"],
                at=request.now,
                billing_emails=form.addresses(),
                **form.fields_of_buyer(),
            )
        except BadIdentity as fault:
            form.add_error(fault.field if fault.field in form.fields else None, str(fault.message))
        else:
            messages.success(request, _("The next documents will say this. Those already issued stay as they are."))
            return redirect("staff:customer", number)
    return form_page(request, form, title=found.name, button=_("Save"), note=_("It applies to the next documents."))


def customer_or_404(number: str) -> Customer:
    """The customer with that number, in any form."""
    try:
        return accounts.get_customer(read_customer_number(number))
    except (NotACustomerNumber, Customer.DoesNotExist):
        raise Http404 from None
