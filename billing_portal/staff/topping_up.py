"""Pages of staff about the top-up rule of a customer: pause it with a reason that he reads, and resume it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import staff_required
from billing_portal.staff.customers import customer_or_404
from billing_portal.staff.debit_forms import ReadReasonForm, ReasonForm
from billing_portal.staff.views import form_page
from payments import selectors
from payments.services import collecting

if TYPE_CHECKING:
    from accounts.models import Customer
    from accounts.permissions import UserRequest
    from payments.models import TopUpRule

_may_change = permission_required("payments.change_topuprule", raise_exception=True)


@staff_required
@_may_change
@require_http_methods(["GET", "HEAD", "POST"])
def pause(request: UserRequest, number: str) -> HttpResponse:
    """Nothing is credited by this rule until somebody resumes it, for a reason that the customer reads."""
    customer = customer_or_404(number)
    if not _rule(customer).is_on:
        raise Http404
    form = ReadReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        collecting.pause_top_up_rule(customer, because=form.cleaned_data["reason"], by=request.user, at=request.now)
        messages.success(request, _("Nothing is credited by this rule until it is resumed. The customer reads why."))
        return redirect("staff:collecting", customer.number)
    note = _("What is in flight ends as its bank says. What the customer agreed to stays as it is.")
    title = _("Pause the top-up rule of %(name)s") % {"name": customer.name}
    return form_page(request, form, title=title, button=_("Pause"), note=note)


@staff_required
@_may_change
@require_http_methods(["GET", "HEAD", "POST"])
def resume(request: UserRequest, number: str) -> HttpResponse:
    """End that pause, for a reason; the account is looked at soon."""
    customer = customer_or_404(number)
    if _rule(customer).paused_at is None:
        raise Http404
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        collecting.resume_top_up_rule(customer, because=form.cleaned_data["reason"], by=request.user, at=request.now)
        messages.success(request, _("The top-up rule goes on. If too little is available, it asks soon."))
        return redirect("staff:collecting", customer.number)
    title = _("Resume the top-up rule of %(name)s") % {"name": customer.name}
    note = _("If less is available than the customer wants, his account is credited soon.")
    return form_page(request, form, title=title, button=_("Resume"), note=note)


def _rule(customer: Customer) -> TopUpRule:
    rule = selectors.top_up_rule_of(customer)
    if rule is None:
        raise Http404
    return rule
