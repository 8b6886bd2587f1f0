"""The pages of saved methods: the list, one of them, adding, removing, and the agreement under each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import CustomerRequest, Permission, require_permission
from accounts.second_factor import proven_lately
from core.addresses import client_address
from payments import method_presenting as presenting
from payments import services
from payments.gateways.base import Refused, Unsure
from payments.method_forms import AddForm, LabelForm, NetworkForm
from payments.models import ONLINE, Method, MethodState, PaymentStatus, SavedMethod
from payments.pauses import debt_words, pause_words, with_retry_after
from payments.selectors import get_method, mandate_of
from payments.services import mandates
from payments.services.methods import Agreement, NotChargeable, SavingWish, shown_consent
from payments.wiring import gateway_for

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.forms import Form

    from core.money import Money

_SEE_OTHER: Final = 303
_ORDER: Final = {"up": True, "down": False}


@require_permission(Permission.SEE)
@require_GET
def methods(request: CustomerRequest) -> HttpResponse:
    """The saved methods, in the order in which they are tried."""
    return render(request, "payments/methods.html", presenting.methods_context(request.customer, request.now))


@require_permission(Permission.PAY)
@proven_lately
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: CustomerRequest) -> HttpResponse:
    """Save one without paying: the agreement, then the provider's page."""
    if request.method != "POST":
        return _add_page(request, AddForm(initial={"kind": request.GET.get("kind", Method.CARD)}))
    form = AddForm(request.POST)
    if not form.is_valid():
        return _add_page(request, form)
    wish = SavingWish(Method(form.cleaned_data["kind"]), agreement_of(request))
    gateway = gateway_for(wish.method.provider)
    try:
        if "pay" in request.POST and (due := services.suggested_due(request.customer)):
            return _save_and_pay(request, wish, due)
        method = services.methods.request_saving(request.customer, wish, gateway=gateway, at=request.now)
    except services.TooManyTopUps as pause:
        form.add_error(None, pause_words(pause))
        return with_retry_after(_add_page(request, form, status=429), pause)
    except services.DebtChanged as changed:
        form.add_error(None, debt_words(changed))
        return _add_page(request, form)
    return onward(method)


@require_permission(Permission.SEE)
@require_GET
def method(request: CustomerRequest, public_id: UUID) -> HttpResponse:
    """One method: how its saving ended, what may be changed, and the agreement. It tells the truth of the moment."""
    found = _found(request, public_id)
    if found.provider in ONLINE:
        found = services.methods.glance_method(found, gateway=gateway_for(found.provider), at=request.now)
    return _method_page(request, found)


@require_permission(Permission.PAY)
@require_POST
def change(request: CustomerRequest, public_id: UUID) -> HttpResponse:
    """The default, the order, the label or the network: whichever button was pressed."""
    found = _found(request, public_id)
    action = request.POST.get("action", "")
    if action == "label":
        return _rename(request, found)
    if action == "network":
        return _choose_network(request, found)
    if action in _ORDER:
        services.methods.reorder(found.pk, up=_ORDER[action], at=request.now)
    elif action == "default":
        _make_default(request, found)
    return redirect("payments:methods")


@require_permission(Permission.PAY)
@proven_lately
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: CustomerRequest, public_id: UUID) -> HttpResponse:
    """Say what follows, then remove."""
    found = _found(request, public_id)
    if request.method != "POST":
        if not found.is_standing:
            return redirect("payments:method", public_id=public_id)
        return render(request, "payments/method_remove.html", presenting.removal_context(found))
    removed = _remove(found, at=request.now)
    if removed.state == MethodState.REMOVED:
        messages.success(request, _("%(method)s was removed. It cannot be debited any more.") % {"method": removed})
    else:
        messages.warning(
            request,
            _("%(method)s is not used any more. Its provider has not confirmed yet; we ask again by ourselves.")
            % {"method": removed},
        )
    return redirect("payments:methods")


@require_permission(Permission.SEE)
@require_GET
def consent(request: CustomerRequest, public_id: UUID) -> HttpResponse:
    """The agreement, as a text to keep."""
    found = _found(request, public_id)
    answer = HttpResponse(presenting.consent_file(found), content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="accord-{found.public_id}.txt"'
    return answer


def agreement_of(request: CustomerRequest) -> Agreement:
    """Who agrees, in which language, from where."""
    return Agreement(
        language=(get_language() or "fr")[:2],
        actor=request.user,
        address=client_address(request.META),
        agent=request.headers.get("User-Agent", ""),
    )


def _remove(found: SavedMethod, *, at: datetime) -> SavedMethod:
    """A bank account goes with its mandate, which we keep ourselves; others are at a provider."""
    if found.provider in ONLINE:
        return services.methods.remove(found.pk, gateway=gateway_for(found.provider), at=at)
    mandate = mandate_of(found)
    if mandate is not None:
        mandates.revoke(mandate.pk, at=at)
        found.refresh_from_db()
    return found


def _save_and_pay(request: CustomerRequest, saving: SavingWish, due: Money) -> HttpResponse:
    """Pay what is due on the provider's page, which saves the method on the way. Raises TooManyTopUps."""
    wish = services.Wish(
        due,
        language=(get_language() or "fr")[:2],
        actor=request.user,
        method=saving.method,
        saves=saving.agreement,
        address=client_address(request.META),
        due_seen=due,
    )
    payment = services.request_top_up(
        request.customer, wish, gateway=gateway_for(wish.method.provider), others=gateway_for, at=request.now
    )
    if payment.status == PaymentStatus.OPEN and payment.checkout_url:
        return HttpResponseRedirect(payment.checkout_url, status=_SEE_OTHER)
    answer = redirect("payments:progress", public_id=payment.public_id)
    answer.status_code = _SEE_OTHER
    return answer


def _rename(request: CustomerRequest, found: SavedMethod) -> HttpResponse:
    form = LabelForm(request.POST)
    if not form.is_valid():
        return _method_page(request, found, bound=form)
    services.methods.rename(found.pk, form.cleaned_data["label"], at=request.now)
    messages.success(request, _("Saved."))
    return redirect("payments:method", public_id=found.public_id)


def _choose_network(request: CustomerRequest, found: SavedMethod) -> HttpResponse:
    form = NetworkForm(found, request.POST)
    if not form.is_valid():
        return _method_page(request, found, bound=form)
    gateway = gateway_for(found.provider)
    try:
        services.methods.choose_network(found.pk, form.cleaned_data["network"], gateway=gateway, at=request.now)
    except (Refused, NotChargeable):
        messages.error(request, _("The network was not changed: this card cannot be debited that way."))
    except Unsure:
        messages.warning(
            request, _("The provider has not answered. Look again in a moment before you change it again.")
        )
    else:
        messages.success(request, _("The network was changed. The next debits go by it."))
    return redirect("payments:method", public_id=found.public_id)


def _make_default(request: CustomerRequest, found: SavedMethod) -> None:
    try:
        services.methods.make_default(found.pk, at=request.now)
    except NotChargeable:
        messages.error(request, _("Nothing was changed: this one cannot be used."))
    else:
        messages.success(request, _("%(method)s is now used first.") % {"method": found})


def onward(begun: SavedMethod) -> HttpResponse:
    """To the provider's page if there is one, else to the page that tells how things are."""
    if begun.state == MethodState.PENDING and begun.page_url:
        return HttpResponseRedirect(begun.page_url, status=_SEE_OTHER)
    answer = redirect("payments:method", public_id=begun.public_id)
    answer.status_code = _SEE_OTHER
    return answer


def _add_page(request: CustomerRequest, form: AddForm, *, status: int = 200) -> HttpResponse:
    text = shown_consent((get_language() or "fr")[:2], at=request.now)
    due = services.suggested_due(request.customer)
    return render(request, "payments/method_add.html", {"form": form, "consent": text, "due": due}, status=status)


def _method_page(request: CustomerRequest, found: SavedMethod, *, bound: Form | None = None) -> HttpResponse:
    context = presenting.method_context(found, request.now, cancelled="cancelled" in request.GET, bound=bound)
    return render(request, "payments/method.html", context)


def _found(request: CustomerRequest, public_id: UUID) -> SavedMethod:
    try:
        return get_method(request.customer, public_id)
    except SavedMethod.DoesNotExist:
        raise Http404 from None
