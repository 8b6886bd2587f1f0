"""Order numbers and free texts on invoices, in the settings: owners and billing write them, the others read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import selectors, services
from accounts.forms import LastDayForm, TextForm
from accounts.models import InvoiceText, TextKind
from accounts.permissions import Permission, may, require_permission
from core.clock import local_date

if TYPE_CHECKING:
    from accounts.permissions import CustomerRequest


@require_permission(Permission.SEE, to_change=Permission.EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def texts(request: CustomerRequest) -> HttpResponse:
    """What is written on invoices, and when; the form adds one."""
    form = TextForm(request.POST or None, initial={"valid_from": local_date(request.now)})
    if request.method == "POST" and form.is_valid() and _added(request, form):
        return redirect("accounts:texts")
    shown = {
        "form": form,
        "texts": selectors.texts_of(request.customer),
        "can_edit": may(request.membership, Permission.EDIT),
    }
    return render(request, "accounts/texts.html", shown)


@require_permission(Permission.EDIT)
@require_POST
def change_text(request: CustomerRequest, text: int) -> HttpResponse:
    """Change its last day, or take it away."""
    row = selectors.texts_of(request.customer).filter(pk=text).first()
    if row is None:
        raise Http404
    if "remove" in request.POST:
        services.remove_text(row)
        messages.success(request, _("Removed. Invoices already issued keep it."))
    else:
        _end(request, row)
    return redirect("accounts:texts")


def _added(request: CustomerRequest, form: TextForm) -> bool:
    wanted = form.cleaned_data
    try:
        services.add_text(
            request.customer,
            TextKind(wanted["kind"]),
            wanted["text"],
            valid_from=wanted["valid_from"],
            valid_until=wanted["valid_until"],
            at=request.now,
        )
    except services.BadText as error:
        form.refuse(error)
        return False
    messages.success(request, _("Saved. The next invoices will say this; those already issued do not change."))
    return True


def _end(request: CustomerRequest, row: InvoiceText) -> None:
    form = LastDayForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Nothing was changed: write the last day as a date, or leave it empty."))
        return
    try:
        services.end_text(row, valid_until=form.cleaned_data["valid_until"])
    except services.BadText as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("Saved. The next invoices will say this; those already issued do not change."))
