"""Pages of staff about the seller and the health of the portal, and the frame of all our pages in the admin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts import selectors as accounts
from accounts import services as sellers
from accounts.identity import BadIdentity
from accounts.permissions import staff_required
from billing_portal import heartbeats
from billing_portal.staff.forms import SellerForm
from billing_portal.staff.health import health_page
from core.clock import local_date

if TYPE_CHECKING:
    from django import forms
    from django.http import HttpRequest

    from accounts.permissions import UserRequest

UNPROCESSABLE = 422


@staff_required
def health(request: UserRequest) -> HttpResponse:
    """Who was seen alive, and whether everything holds."""
    context = {"signs": heartbeats.signs(at=request.now), **health_page(at=request.now)}
    return staff_page(request, "staff/health.html", _("Health"), **context)


@staff_required
@permission_required("accounts.change_seller", raise_exception=True)
def edit_seller(request: UserRequest) -> HttpResponse:
    """Change the seller's identity, from today on."""
    seller = accounts.current_seller(on=local_date(request.now))
    form = SellerForm(request.POST or None, instance=seller)
    if form.is_valid():
        try:
            sellers.set_seller({name: str(form.cleaned_data[name]) for name in form.changed_data}, at=request.now)
        except BadIdentity as fault:
            form.add_error(fault.field if fault.field in form.fields else None, str(fault.message))
        else:
            messages.success(request, _("In force from today. Documents already issued stay as they are."))
            return redirect("admin:accounts_seller_changelist")
    note = _("In force from today on; earlier identities stay as they were.")
    return form_page(request, form, title=_("Seller"), button=_("Save from today"), note=note)


def staff_page(request: HttpRequest, template: str, title: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """One of our pages, in the frame of the admin."""
    frame = admin.site.each_context(request)
    request.current_app = admin.site.name
    return render(request, template, {**frame, "title": title, **context}, status=status)


def form_page(request: HttpRequest, form: forms.BaseForm, *, title: str, button: str, note: str = "") -> HttpResponse:
    """A page with one form and one button; answered 422 when something is to be corrected."""
    status = UNPROCESSABLE if form.errors else 200
    return staff_page(request, "staff/form.html", title, status=status, form=form, button=button, note=note)
