"""The pages of paying: choose an amount, and learn what became of it. And the door for the provider's news."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.permissions import CustomerRequest, Permission, provider_only, require_permission
from core import clock
from core.addresses import client_address
from core.failpoints import failpoint
from payments import presenting, services
from payments.forms import OTHER, TopUpForm
from payments.gateways.base import NotAuthentic, Unsure
from payments.method_views import agreement_of
from payments.models import ONLINE, Payment, PaymentStatus, Provider, Purpose
from payments.pauses import debt_words, pause_words, with_retry_after
from payments.selectors import get_payment, methods_to_pay_with
from payments.services.methods import NotChargeable
from payments.wiring import gateway_for, packed_signature

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponseBase

    from core.money import Money

logger = logging.getLogger(__name__)
WEBHOOK_BYTES: Final = 256 * 1024
_SEE_OTHER = 303


@require_permission(Permission.PAY)
def top_up(request: CustomerRequest) -> HttpResponse:
    """Choose how much; then to the provider's page."""
    if request.method != "POST":
        return _first_page(request)
    form = TopUpForm(request.POST, saved_methods=list(methods_to_pay_with(request.customer)))
    if not form.is_valid():
        return _form_page(request, form)
    wish = services.Wish(
        form.money,
        language=(get_language() or "fr")[:2],
        actor=request.user,
        on_top=form.cleaned_data["on_top"],
        method=form.way,
        saves=agreement_of(request) if form.cleaned_data["save"] else None,
        saved=form.saved,
        address=client_address(request.META),
        agent=request.headers.get("User-Agent", ""),
        once=form.cleaned_data["once"],
        due_seen=form.due_seen,
    )
    gateway = gateway_for(wish.method.provider)
    try:
        payment = services.request_top_up(request.customer, wish, gateway=gateway, others=gateway_for, at=request.now)
    except services.TooManyTopUps as pause:
        form.add_error(None, pause_words(pause))  # nothing typed is lost, and a bank transfer stays possible
        return with_retry_after(_form_page(request, form, status=429), pause)
    except services.DebtChanged as changed:
        form.add_error("amount", debt_words(changed))
        return _form_page(request, form)
    except NotChargeable:
        form.add_error("method", _("This saved method was removed meanwhile. Choose another way to pay."))
        return _form_page(request, form)
    failpoint("top_up.answering")
    return _onward(payment)


@require_permission(Permission.SEE)
def progress(request: CustomerRequest, public_id: UUID) -> HttpResponse:
    """What became of a payment. The address may be kept; it always tells the truth of the moment."""
    return _result_page(request, public_id)


@require_permission(Permission.SEE)
def cancel(request: CustomerRequest, public_id: UUID) -> HttpResponseBase:
    """The customer came back without paying; or (POST) closes the page for good."""
    if request.method != "POST":
        return _result_page(request, public_id, came_back=True)
    return _give_up(request, public_id)


@provider_only
def webhook_stripe(request: HttpRequest) -> HttpResponse:
    """Keep what Stripe says, and answer at once. What is not Stripe's is refused without a word."""
    return _keep_news(request, Provider.STRIPE, request.headers.get("Stripe-Signature", ""))


@provider_only
def webhook_paypal(request: HttpRequest) -> HttpResponse:
    """Keep what PayPal says, and answer at once. What is not PayPal's is refused without a word."""
    return _keep_news(request, Provider.PAYPAL, packed_signature(request.headers))


def _keep_news(request: HttpRequest, provider: Provider, signature: str) -> HttpResponse:
    """The same for each provider. When the proof itself cannot be had just now, the provider is asked to come back."""
    body = request.read(WEBHOOK_BYTES + 1)
    if len(body) > WEBHOOK_BYTES:
        return HttpResponse(status=413)
    at = clock.now()
    try:
        news = gateway_for(provider).read_news(body, signature, at=at)
    except NotAuthentic as refusal:
        logger.warning("A webhook was refused: %s", refusal)
        return HttpResponse(status=400)
    except Unsure as doubt:
        logger.warning("A webhook could not be checked: %s", doubt)
        return HttpResponse(status=503)
    services.receive(news, provider=provider, at=at)
    failpoint("webhook.stored")
    return HttpResponse(status=200)


@require_permission(Permission.PAY)
def _give_up(request: CustomerRequest, public_id: UUID) -> HttpResponse:
    payment = _found(request, public_id)
    if payment.purpose != Purpose.COLLECT:  # a debit has no page that could be closed
        services.close(payment.pk, gateway=gateway_for(payment.provider), at=request.now)
    return redirect("payments:progress", public_id=public_id)


def _onward(payment: Payment) -> HttpResponse:
    """To the provider's page if there is one, else to the page that tells how things are."""
    if payment.status == PaymentStatus.OPEN and payment.checkout_url:
        return HttpResponseRedirect(payment.checkout_url, status=_SEE_OTHER)
    answer = redirect("payments:progress", public_id=payment.public_id)
    answer.status_code = _SEE_OTHER
    return answer


def _first_page(request: CustomerRequest) -> HttpResponse:
    saved, due = list(methods_to_pay_with(request.customer)), services.suggested_due(request.customer)
    form = TopUpForm(saved_methods=saved, initial=presenting.first_answers(request.GET, due=due, saved=saved))
    return _page_of(request, form, due)


def _form_page(request: CustomerRequest, form: TopUpForm, *, status: int = 200) -> HttpResponse:
    return _page_of(request, form, services.suggested_due(request.customer), status=status)


def _page_of(request: CustomerRequest, form: TopUpForm, due: Money, *, status: int = 200) -> HttpResponse:
    language = (get_language() or "fr")[:2]
    around = presenting.form_context(request.customer, form, due=due, language=language, at=request.now)
    return render(request, "payments/top_up.html", {"form": form, "OTHER": OTHER, **around}, status=status)


def _result_page(request: CustomerRequest, public_id: UUID, *, came_back: bool = False) -> HttpResponse:
    payment = _found(request, public_id)
    if payment.provider in ONLINE:  # our bank is not asked: it sends files
        gateway = gateway_for(payment.provider)
        payment = services.glance(payment, gateway=gateway, at=request.now)
        services.methods.glance_saved_by(payment, gateway=gateway, at=request.now)
    context = presenting.result_context(payment, came_back=came_back, follow=request.GET.get("auto") != "0")
    return render(request, "payments/result.html", context)


def _found(request: CustomerRequest, public_id: UUID) -> Payment:
    try:
        return get_payment(request.customer, public_id)
    except Payment.DoesNotExist:
        raise Http404 from None
