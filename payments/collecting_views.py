"""The pages of automatic collection: on and off, one debit with its timeline, and what may be changed of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import CustomerRequest, Permission, require_permission
from accounts.second_factor import proven_lately
from core.addresses import client_address
from payments import collecting_presenting as presenting
from payments import services
from payments.collecting_forms import AutomaticForm, MoveForm, OtherMethodForm
from payments.consents import COLLECT_DUE
from payments.method_views import agreement_of
from payments.models import Debit, Method, PaymentStatus
from payments.pauses import refusal_words
from payments.selectors import get_debit, open_until, rule_of, usable_methods
from payments.services import collecting
from payments.services.methods import NotChargeable, shown_consent
from payments.wiring import gateway_for

if TYPE_CHECKING:
    from uuid import UUID

    from django.forms import Form

_SEE_OTHER: Final = 303


@require_permission(Permission.PAY)
@proven_lately
@require_http_methods(["GET", "HEAD", "POST"])
def automatic(request: CustomerRequest) -> HttpResponse:
    """Turn automatic collection on, under an agreement, or off."""
    if request.method != "POST":
        return _automatic_page(request)
    if request.POST.get("action") == "off":
        return _turn_off(request)
    form = AutomaticForm(request.POST)
    if not form.is_valid():
        return _automatic_page(request, form)
    try:
        collecting.turn_on(
            request.customer,
            agreement_of(request),
            cards_days_before=form.cleaned_data["days_before"],
            at=request.now,
        )
    except collecting.NotCollectable:
        form.add_error(None, _("There is no saved method to collect from. Save one first."))
        return _automatic_page(request, form)
    messages.success(request, _("Automatic collection is on. Before each debit you are told its amount and its day."))
    return redirect("payments:methods")


@require_permission(Permission.SEE)
@require_GET
def debit(request: CustomerRequest, public_id: UUID) -> HttpResponse:
    """One debit: how much, when, from which method, and each step of it."""
    return _debit_page(request, _found(request, public_id))


@require_permission(Permission.PAY)
@require_POST
def change(request: CustomerRequest, public_id: UUID) -> HttpResponse:
    """Another day, another method, or none: whichever button was pressed."""
    found = _found(request, public_id)
    actions = {"move": _move, "method": _other_method, "other": _pay_otherwise}
    act = actions.get(request.POST.get("action", ""))
    if act is None:
        raise Http404
    try:
        return act(request, found)
    except collecting.TooLate:
        messages.error(request, _("Nothing was changed: this debit is already on its way, or it is over."))
        return redirect("payments:debit", public_id=public_id)


@require_permission(Permission.PAY)
@require_POST
def pay(request: CustomerRequest, public_id: UUID) -> HttpResponse:
    """Pay what is still due of it now, on the provider's page: the bank hears its customer there."""
    found = _found(request, public_id)
    due = open_until(found.customer_id, found.due_on)
    if not due:
        messages.success(request, _("Nothing is due any more. Nothing was charged."))
        return redirect("payments:debit", public_id=public_id)
    method = Method.PAYPAL if found.method.kind == Method.PAYPAL else Method.CARD
    wish = services.Wish(
        due,
        language=(get_language() or "fr")[:2],
        actor=request.user,
        method=method,
        address=client_address(request.META),
        due_seen=due,
    )
    try:
        payment = services.request_top_up(
            request.customer, wish, gateway=gateway_for(method.provider), others=gateway_for, at=request.now
        )
    except (services.TooManyTopUps, services.DebtChanged) as refusal:
        messages.error(request, refusal_words(refusal))
        return redirect("payments:debit", public_id=public_id)
    if payment.status == PaymentStatus.OPEN and payment.checkout_url:
        return HttpResponseRedirect(payment.checkout_url, status=_SEE_OTHER)
    answer = redirect("payments:progress", public_id=payment.public_id)
    answer.status_code = _SEE_OTHER
    return answer


def _turn_off(request: CustomerRequest) -> HttpResponse:
    if rule_of(request.customer) is not None:
        address = client_address(request.META)
        collecting.turn_off(request.customer, actor=request.user, address=address, at=request.now)
        messages.success(request, _("Automatic collection is off. What is due is still due; pay it when you like."))
    return redirect("payments:methods")


def _move(request: CustomerRequest, found: Debit) -> HttpResponse:
    form = MoveForm(request.POST)
    if form.is_valid():
        try:
            moved = collecting.move_debit(found.pk, form.cleaned_data["day"], at=request.now)
        except collecting.DayRefused:
            words = {"last": date_format(collecting.last_day(found))}
            form.add_error("day", _("Choose a later day, until %(last)s.") % words)
        else:
            words = {"day": date_format(moved.collect_on)}
            messages.success(request, _("This debit now takes place on %(day)s.") % words)
            return redirect("payments:debit", public_id=found.public_id)
    return _debit_page(request, found, bound=form)


def _other_method(request: CustomerRequest, found: Debit) -> HttpResponse:
    form = OtherMethodForm(list(usable_methods(request.customer)), request.POST)
    if not form.is_valid():
        return _debit_page(request, found, bound=form)
    try:
        changed = collecting.choose_method(found.pk, form.cleaned_data["method"], at=request.now)
    except NotChargeable:
        messages.error(request, _("Nothing was changed: this one cannot be used."))
    else:
        words = {"method": changed.method.title, "day": date_format(changed.collect_on)}
        messages.success(request, _("%(method)s will be debited on %(day)s.") % words)
    return redirect("payments:debit", public_id=found.public_id)


def _pay_otherwise(request: CustomerRequest, found: Debit) -> HttpResponse:
    collecting.pay_otherwise(found.pk, at=request.now)
    messages.success(request, _("This debit will not take place. What is due is still due: pay it when you like."))
    return redirect("payments:debit", public_id=found.public_id)


def _automatic_page(request: CustomerRequest, form: AutomaticForm | None = None) -> HttpResponse:
    """The form that is to be corrected, or one that says how things are."""
    rule = rule_of(request.customer)
    around = {
        "form": form or AutomaticForm(initial={"days_before": rule.cards_days_before if rule else 0}),
        "consent": shown_consent((get_language() or "fr")[:2], name=COLLECT_DUE, at=request.now),
        "is_on": rule is not None and rule.is_on,
        "is_public": request.customer.is_public,
        "usable": usable_methods(request.customer).exists(),
    }
    return render(request, "payments/automatic.html", around)


def _debit_page(request: CustomerRequest, found: Debit, *, bound: Form | None = None) -> HttpResponse:
    return render(request, "payments/debit.html", presenting.debit_context(found, request.now, bound=bound))


def _found(request: CustomerRequest, public_id: UUID) -> Debit:
    try:
        return get_debit(request.customer, public_id)
    except Debit.DoesNotExist:
        raise Http404 from None
