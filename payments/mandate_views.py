"""The pages of bank accounts: the account, the mandate to sign, its document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import CustomerRequest, Permission, require_permission
from accounts.second_factor import proven_lately
from core.addresses import client_address
from core.downloads import download_headers
from payments import mandate_presenting as presenting
from payments import services
from payments.consents import SEPA_AT_PROVIDER
from payments.iban import BadAccount
from payments.mandate_forms import AccountForm, SignForm
from payments.method_forms import AgreeForm
from payments.method_views import agreement_of, onward
from payments.models import ONLINE, Mandate, MandateState, Method
from payments.pauses import check_pause_words, pause_words, with_retry_after
from payments.selectors import get_mandate
from payments.services import mandates
from payments.services.mandates import AlreadyInForce, CannotPrepare, MandateWish, NotSignable
from payments.services.methods import SavingWish, shown_consent
from payments.wiring import gateway_for

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.http import HttpResponseBase

_SEE_OTHER: Final = 303


@sensitive_post_parameters("iban")
@require_permission(Permission.PAY)
@require_http_methods(["GET", "HEAD", "POST"])
def add_account(request: CustomerRequest) -> HttpResponseBase:
    """Step 1: which account. Nothing can be debited yet, so nobody is asked again who they are.

    Where a provider keeps accounts it asks for the number itself: then it is the agreement, and its page.
    """
    if settings.SEPA_THROUGH == "stripe":
        return _at_the_provider(request)
    return _account(request, None)


@sensitive_post_parameters("iban")
@require_permission(Permission.PAY)
@require_http_methods(["GET", "HEAD", "POST"])
def replace_account(request: CustomerRequest, public_id: UUID) -> HttpResponse:
    """The same for another account in place of one: the mandate before it ends when the new one is signed."""
    found = _found(request, public_id)
    if found.state != MandateState.ACTIVE or found.through in ONLINE:
        return _to_the_account(found)
    return _account(request, found)


@require_permission(Permission.SEE)
@require_safe
def mandate(request: CustomerRequest, public_id: UUID) -> HttpResponse:
    """Step 2: the mandate to sign. One that was signed has the page of its account."""
    found = _found(request, public_id)
    if found.is_signed:
        return _to_the_account(found)
    return _mandate_page(request, found, SignForm())


@require_permission(Permission.PAY)
@proven_lately
@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: CustomerRequest, public_id: UUID) -> HttpResponse:
    """Sign it, after proving again who signs."""
    found = _found(request, public_id)
    if request.method != "POST" or found.is_signed:
        return redirect("payments:mandate", public_id=public_id)
    form = SignForm(request.POST)
    if not form.is_valid():
        return _mandate_page(request, found, form)
    try:
        signed = mandates.sign_online(found.pk, agreement_of(request), at=request.now)
    except NotSignable:
        messages.error(request, _("Nothing was signed: this form is no longer valid. Write the account again."))
        return redirect("payments:add_account")
    messages.success(request, _("The mandate %(reference)s is signed.") % {"reference": signed.reference})
    return _to_the_account(signed)


@require_permission(Permission.SEE)
@require_safe
def mandate_pdf(request: CustomerRequest, public_id: UUID) -> HttpResponse:
    """The document as it is kept; of one that is not signed, the form to sign by hand."""
    return document(_found(request, public_id), at=request.now)


def document(found: Mandate, *, at: datetime) -> HttpResponse:
    """The file, kept by no proxy and no browser: it is the only place with the whole account number."""
    if found.document_url:  # the provider keeps the account, and the mandate
        return redirect(found.document_url)
    if found.state == MandateState.ABANDONED or found.iban is None:
        raise Http404
    content = mandates.stored_document(found, at=at) if found.is_signed else mandates.mandate_form(found, at=at)
    return HttpResponse(content, headers=download_headers("application/pdf", f"mandat-{found.reference}.pdf"))


@proven_lately
def _at_the_provider(request: CustomerRequest) -> HttpResponse:
    why = presenting.why_not(request.customer, at=request.now)
    if why:
        return _account_page(request, AccountForm(request.customer), None, why=why)
    form = AgreeForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _agreement_page(request, form)
    wish, gateway = SavingWish(Method.SEPA, agreement_of(request)), gateway_for(Method.SEPA.provider)
    try:
        begun = services.methods.request_saving(request.customer, wish, gateway=gateway, at=request.now)
    except services.TooManyTopUps as pause:
        form.add_error(None, pause_words(pause))
        return with_retry_after(_agreement_page(request, form, status=429), pause)
    return onward(begun)


def _agreement_page(request: CustomerRequest, form: AgreeForm, *, status: int = 200) -> HttpResponse:
    text = shown_consent(agreement_of(request).language, at=request.now, name=SEPA_AT_PROVIDER)
    return render(request, "payments/account_at_provider.html", {"form": form, "consent": text}, status=status)


@sensitive_variables("form")
def _account(request: CustomerRequest, replaced: Mandate | None) -> HttpResponse:
    why = presenting.why_not(request.customer, at=request.now)
    if why or request.method != "POST":
        return _account_page(request, AccountForm(request.customer), replaced, why=why)
    form = AccountForm(request.customer, request.POST)
    return _onward(request, form, replaced) if form.is_valid() else _account_page(request, form, replaced)


@sensitive_variables("form")
def _onward(request: CustomerRequest, form: AccountForm, replaced: Mandate | None) -> HttpResponse:
    """To the mandate of that account; or say what stands in the way."""
    try:
        prepared = _prepare(request, form, replaced)
    except BadAccount as refusal:
        form.add_error(refusal.field, refusal.message)
        return _account_page(request, form, replaced)
    except services.TooManyTopUps as pause:
        form.add_error(None, check_pause_words(pause))
        return with_retry_after(_account_page(request, form, replaced, status=429), pause)
    except AlreadyInForce as standing:
        messages.info(request, _("This account is among your payment methods already: nothing was changed."))
        return _to_the_account(standing.mandate)
    except CannotPrepare as refusal:
        return _account_page(request, form, replaced, why=refusal.why)
    answer = redirect("payments:mandate", public_id=prepared.public_id)
    answer.status_code = _SEE_OTHER
    return answer


def _prepare(request: CustomerRequest, form: AccountForm, replaced: Mandate | None) -> Mandate:
    typed, address = form.cleaned_data, client_address(request.META)
    account = mandates.check_account(request.customer, typed["iban"], bic=typed["bic"], address=address, at=request.now)
    wish = MandateWish(
        account,
        holder=typed["holder"],
        language=agreement_of(request).language,
        scheme=form.chosen_scheme,
        replaces=replaced,
    )
    return mandates.prepare_mandate(request.customer, wish, at=request.now)


def _account_page(
    request: CustomerRequest, form: AccountForm, replaced: Mandate | None, *, why: str = "", status: int = 200
) -> HttpResponse:
    context = {"form": form, "replaced": replaced, "why": why, "kinds": "scheme" in form.fields}
    return render(request, "payments/account_add.html", context, status=status)


def _mandate_page(request: CustomerRequest, found: Mandate, form: SignForm) -> HttpResponse:
    context = presenting.mandate_context(found, form, at=request.now)
    return render(request, "payments/mandate_sign.html", context)


def _to_the_account(found: Mandate) -> HttpResponse:
    if found.method is None:
        return redirect("payments:methods")
    answer = redirect("payments:method", public_id=found.method.public_id)
    answer.status_code = _SEE_OTHER
    return answer


def _found(request: CustomerRequest, public_id: UUID) -> Mandate:
    try:
        return get_mandate(request.customer, public_id)
    except Mandate.DoesNotExist:
        raise Http404 from None
