"""The page of a top-up rule: agree to it, change it, turn it off."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import CustomerRequest, Permission, require_permission
from accounts.second_factor import proven_lately
from core.addresses import client_address
from payments import top_up_rule_presenting as presenting
from payments.collecting_forms import TopUpRuleForm
from payments.consents import TOP_UP
from payments.method_views import agreement_of
from payments.services import collecting
from payments.services.methods import shown_consent


@require_permission(Permission.PAY)
@proven_lately
@require_http_methods(["GET", "HEAD", "POST"])
def top_up_rule(request: CustomerRequest) -> HttpResponse:
    """Agree to a top-up rule, to other terms of it, or turn it off."""
    if request.method != "POST":
        return _page(request)
    if request.POST.get("action") == "off":
        return _turn_off(request)
    form = TopUpRuleForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    try:
        collecting.set_top_up_rule(request.customer, form.terms, agreement_of(request), at=request.now)
    except collecting.NotCollectable:
        form.add_error(None, _("There is no card and no PayPal account to debit. Save one first."))
        return _page(request, form)
    messages.success(request, _("Your top-up rule is on. A mail tells you of each credit."))
    return redirect("payments:methods")


def _turn_off(request: CustomerRequest) -> HttpResponse:
    address = client_address(request.META)
    collecting.turn_off_top_up_rule(request.customer, actor=request.user, address=address, at=request.now)
    messages.success(request, _("Your top-up rule is off. Nothing is credited by itself."))
    return redirect("payments:methods")


def _page(request: CustomerRequest, form: TopUpRuleForm | None = None) -> HttpResponse:
    """The form that is to be corrected, or one that says how things are."""
    around = presenting.top_up_rule_page_context(request.customer, request.now)
    text = shown_consent((get_language() or "fr")[:2], name=TOP_UP, at=request.now)
    if form is None:
        form = TopUpRuleForm(initial=presenting.terms_now(around["top_up"]))
    return render(request, "payments/top_up_rule.html", {"form": form, "consent": text, **around})
