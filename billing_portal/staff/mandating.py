"""Pages of staff about mandates: one of them, a form to print, the signature that came back, the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_safe

from accounts.permissions import staff_required
from billing_portal.staff.customers import customer_or_404
from billing_portal.staff.mandate_forms import DayForm, EndForm, PaperMandateForm, SignatureForm
from billing_portal.staff.views import form_page, staff_page
from core.clock import local_date
from payments import services
from payments.iban import BadAccount
from payments.mandate_views import document
from payments.models import Mandate, MandateState, Scheme
from payments.pauses import check_pause_words
from payments.selectors import history_of_mandate
from payments.services import mandates
from payments.services.mandates import AlreadyInForce, CannotPrepare, MandateWish, NotSignable, PaperSignature
from payments.services.mandates.ending import last_day

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from django.utils.functional import _StrPromise

    from accounts.models import Customer
    from accounts.permissions import UserRequest

_may_look = permission_required("payments.view_mandate", raise_exception=True)
_may_write = permission_required("payments.add_mandate", raise_exception=True)
_may_change = permission_required("payments.change_mandate", raise_exception=True)
_WHY: Final[Mapping[str, _StrPromise]] = {
    "PUBLIC": gettext_lazy("Public bodies are not debited."),
    "NO_ICS": gettext_lazy("The seller has no creditor identifier (ICS): write it first."),
    "NO_ADDRESS": gettext_lazy("The customer’s postal address is missing: write it first."),
    "NOT_A_COMPANY": gettext_lazy("Business-to-business mandates are for companies."),
    "ENDED": gettext_lazy("This form is no longer valid: print another one."),
    "CHANGED": gettext_lazy("The creditor’s name or identifier has changed since this form: print another one."),
    "FUTURE": gettext_lazy("This day has not come yet."),
    "BEFORE_FORM": gettext_lazy("On that day this form did not exist yet."),
}

_STEPS: Final[Mapping[str, _StrPromise]] = {
    "prepared": gettext_lazy("Words written"),
    "signed": gettext_lazy("Signed"),
    "signed at the provider": gettext_lazy("Signed on the provider’s page"),
    "never signed": gettext_lazy("Given up, never signed"),
    "replaced": gettext_lazy("Replaced by another mandate"),
    "taken back": gettext_lazy("Taken back"),
    "ended by the bank": gettext_lazy("Ended by the bank"),
    "lapsed": gettext_lazy("Lapsed"),
    "registered by the bank": gettext_lazy("Registered by the bank"),
    "document kept": gettext_lazy("Document kept"),
}


@staff_required
@_may_look
@require_safe
def mandate(request: UserRequest, public_id: UUID) -> HttpResponse:
    """One mandate: its words, its signature, its history, and what may be done now."""
    found = _found(public_id)
    return staff_page(
        request,
        "staff/mandate.html",
        _("Mandate %(reference)s") % {"reference": found.reference},
        mandate=found,
        steps=[(_STEPS.get(step.name, step.name), step) for step in history_of_mandate(found)],
        last_day=last_day(found) if found.state == MandateState.ACTIVE else None,
        has_document=bool(found.iban or found.document_url),
    )


@staff_required
@_may_look
@require_safe
def mandate_file(request: UserRequest, public_id: UUID) -> HttpResponse:
    """The document, or the form to print of one that is not signed."""
    return document(_found(public_id), at=request.now)


@sensitive_post_parameters("iban")
@staff_required
@_may_write
def write_mandate(request: UserRequest, number: str) -> HttpResponse:
    """The account of a customer who signs on paper: a form to print, with its reference."""
    customer = customer_or_404(number)
    form = PaperMandateForm(customer, request.POST if request.method == "POST" else None)
    if form.is_valid() and (prepared := _prepared(request, customer, form)) is not None:
        messages.success(request, _("Print the form, have it signed, then enter the signature here."))
        return redirect("staff:mandate", prepared.public_id)
    note = _("Nothing can be debited until the signed form has come back and its signature is entered.")
    return form_page(request, form, title=_("Mandate on paper"), button=_("Write the form"), note=note)


@staff_required
@_may_change
def enter_signature(request: UserRequest, public_id: UUID) -> HttpResponse:
    """The signed form came back: its day and its place."""
    found = _in_state(public_id, MandateState.DRAFT)
    form = SignatureForm(request.POST if request.method == "POST" else None, today=local_date(request.now))
    if form.is_valid():
        signature = PaperSignature(form.cleaned_data["day"], form.cleaned_data["place"], request.user)
        try:
            signed = mandates.enter_paper(found.pk, signature, at=request.now)
        except NotSignable as refusal:
            form.add_error("day" if refusal.why == "BEFORE_FORM" else None, str(_WHY[refusal.why]))
        else:
            messages.success(request, _("The mandate %(reference)s is in force.") % {"reference": signed.reference})
            return redirect("staff:mandate", signed.public_id)
    note = _("Keep the original: it is the proof. The customer is written to.")
    return form_page(request, form, title=_("Signature on paper"), button=_("Put in force"), note=note)


@staff_required
@_may_change
def note_registration(request: UserRequest, public_id: UUID) -> HttpResponse:
    """The debtor's bank has registered a business-to-business mandate."""
    found = _in_state(public_id, MandateState.ACTIVE)
    if not found.awaits_bank:
        raise Http404
    form = DayForm(request.POST if request.method == "POST" else None, today=local_date(request.now))
    if form.is_valid():
        mandates.confirm_registration(found.pk, form.cleaned_data["day"], at=request.now)
        messages.success(request, _("The account may be debited now."))
        return redirect("staff:mandate", public_id)
    note = _("The customer or the bank has told that the mandate is registered there: on which day?")
    return form_page(request, form, title=_("Registered by the bank"), button=_("Note it"), note=note)


@staff_required
@_may_change
def end_mandate(request: UserRequest, public_id: UUID) -> HttpResponse:
    """End a mandate, or give a form up that nobody will sign."""
    found = _found(public_id)
    if found.state not in {MandateState.ACTIVE, MandateState.DRAFT}:
        raise Http404
    form = EndForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        to, reason = MandateState(form.cleaned_data["to"]), form.cleaned_data["reason"]
        if to == MandateState.REVOKED or found.state == MandateState.DRAFT:
            mandates.revoke(found.pk, reason=reason, at=request.now)
        else:
            mandates.end_mandate(found.pk, to, reason=reason, at=request.now)
        messages.success(request, _("The mandate %(reference)s has ended.") % {"reference": found.reference})
        return redirect("staff:mandate", public_id)
    note = _("Nothing is debited under it any more, and the customer is written to. This cannot be undone.")
    return form_page(request, form, title=_("End the mandate"), button=_("End it"), note=note)


@sensitive_variables("form")
def _prepared(request: UserRequest, customer: Customer, form: PaperMandateForm) -> Mandate | None:
    """The draft; None when the form says what stands in the way."""
    typed = form.cleaned_data
    try:
        account = mandates.check_account(customer, typed["iban"], bic=typed["bic"], at=request.now)
        wish = MandateWish(
            account, typed["holder"], typed["language"], scheme=Scheme(form.chosen_scheme), on_paper=True
        )
        return mandates.prepare_mandate(customer, wish, at=request.now)
    except BadAccount as refusal:
        form.add_error(refusal.field, refusal.message)
    except services.TooManyTopUps as pause:
        form.add_error(None, check_pause_words(pause))
    except AlreadyInForce as standing:
        words = _("The mandate %(reference)s is in force for this account.")
        form.add_error("iban", words % {"reference": standing.mandate.reference})
    except CannotPrepare as refusal:
        form.add_error(None, str(_WHY[refusal.why]))
    return None


def _found(public_id: UUID) -> Mandate:
    return get_object_or_404(
        Mandate.objects.select_related("customer", "method", "consent", "actor", "replaces"), public_id=public_id
    )


def _in_state(public_id: UUID, state: MandateState) -> Mandate:
    found = _found(public_id)
    if found.state != state:
        raise Http404
    return found
