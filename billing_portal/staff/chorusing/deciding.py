"""What staff do about one document: each button is one verb, and comes back to where it was pressed."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Final

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import staff_required
from accounts.selectors import NoSeller
from billing_portal.staff.chorusing.access import asker, may_act, may_credit
from billing_portal.staff.chorusing.forms import CompleteForm, RecycleForm, ReferencesForm, WithdrawForm
from billing_portal.staff.chorusing.views import document_page, opened_sheet
from billing_portal.staff.views import UNPROCESSABLE
from chorus import wiring
from chorus.gateways.base import Addressed, ChorusError
from chorus.services import checking, deciding, mending, owning, replacing, resending
from chorus.services.acknowledging import ask_to_acknowledge
from chorus.services.completing import BadAnswer, ask_to_complete
from chorus.services.deciding import CannotDecide
from chorus.services.recycling import ask_to_recycle
from chorus.states import SubmissionState
from invoices.services import BadCredit, BadReferences, CreditKeyReused, DateBeforeLast, VatNotDecided

if TYPE_CHECKING:
    from collections.abc import Callable

    from django import forms
    from django.http import HttpResponse
    from django.http.response import HttpResponseBase

    from accounts.permissions import UserRequest

_PATIENCE_SECONDS: Final = 8
_REFUSALS: Final = (BadCredit, CreditKeyReused, DateBeforeLast, VatNotDecided, NoSeller)


def _button(verb: Callable[[UserRequest, int], str]) -> Callable[..., HttpResponseBase]:
    """A verb without a form: what it says is shown where it was pressed; when it may not be done, why."""

    @staff_required
    @may_act
    @require_POST
    @wraps(verb)
    def press(request: UserRequest, submission_id: int) -> HttpResponse:
        opened_sheet(request, submission_id)  # 404 where there is none
        try:
            messages.success(request, verb(request, submission_id))
        except CannotDecide as refusal:
            messages.warning(request, _("Nothing was changed. %(reason)s") % {"reason": refusal.words})
        return came_from(request, submission_id)

    return press


@_button
def take(request: UserRequest, submission_id: int) -> str:
    owning.take(submission_id, by=request.user, over="over" in request.POST)
    return _("You deal with this document.")


@_button
def give_back(request: UserRequest, submission_id: int) -> str:
    owning.give_back(submission_id, by=request.user)
    return _("This document is left to others.")


@_button
def resend(request: UserRequest, submission_id: int) -> str:
    resending.resend(submission_id, actor=str(request.user), at=request.now)
    return _("It is sent again with the same number.")


@_button
def release(request: UserRequest, submission_id: int) -> str:
    after = deciding.release(submission_id, allowed_by=str(request.user), at=request.now)
    if after.state == SubmissionState.HELD:
        return _("It stays held back: %(why)s. Look at it, then release it again.") % {
            "why": after.get_held_why_display()
        }
    return _("It is released: it leaves when nothing is missing.")


@_button
def hold(request: UserRequest, submission_id: int) -> str:
    deciding.hold(submission_id, actor=str(request.user), at=request.now)
    return _("It is held back until somebody releases it.")


@_button
def acknowledge(request: UserRequest, submission_id: int) -> str:
    ask_to_acknowledge(submission_id, by=asker(request), at=request.now)
    return _("The acknowledgement is on its way to Chorus Pro.")


@staff_required
@may_act
@require_POST
def check(request: UserRequest, submission_id: int) -> HttpResponse:
    """Ask Chorus Pro now."""
    opened_sheet(request, submission_id)
    try:
        checking.check(submission_id, wiring.transport(_PATIENCE_SECONDS), at=request.now)
        messages.success(request, _("Chorus Pro was asked: what it said is shown."))
    except ChorusError as error:
        said = _("Chorus Pro did not answer (%(word)s): it is asked again by itself.")
        messages.warning(request, said % {"word": error.word})
    return came_from(request, submission_id)


@staff_required
@may_act
@require_POST
def withdraw(request: UserRequest, submission_id: int) -> HttpResponse:
    """Never send it, with the reason."""
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        return document_page(request, submission_id, status=UNPROCESSABLE, withdraw_form=form)
    why = form.cleaned_data["reason"]

    def never() -> None:
        deciding.withdraw(submission_id, actor=str(request.user), why=why, at=request.now)

    return _done(request, submission_id, never, _("It is not sent."))


@staff_required
@may_act
@require_POST
def mend(request: UserRequest, submission_id: int) -> HttpResponse:
    """Write the references that were missing or wrong."""
    sheet = opened_sheet(request, submission_id)["sheet"]
    names = [name for name in mending.FIELDS if name in request.POST]
    known = {name: getattr(sheet.submission.invoice, name) for name in mending.FIELDS}
    form = ReferencesForm(request.POST, names=names, known=known, services=sheet.services)
    if not names or not form.is_valid():
        return document_page(request, submission_id, status=UNPROCESSABLE, mend_form=form)
    try:
        mending.mend(submission_id, form.cleaned_data, actor=str(request.user), at=request.now)
    except BadReferences as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))
        return document_page(request, submission_id, status=UNPROCESSABLE, mend_form=form)
    except CannotDecide as refusal:
        messages.warning(request, _("Nothing was changed. %(reason)s") % {"reason": refusal.words})
    else:
        messages.success(request, _("The references are written: it leaves by itself when nothing else is missing."))
    return came_from(request, submission_id)


@staff_required
@may_act
@require_POST
def complete(request: UserRequest, submission_id: int) -> HttpResponse:
    """Answer a suspension with words and files."""
    form = CompleteForm(request.POST, request.FILES)

    def answer() -> None:
        said = form.cleaned_data
        ask_to_complete(
            submission_id,
            comment=said["comment"],
            pieces=form.read(),
            key=str(said["key"]),
            by=asker(request),
            at=request.now,
        )

    return _answered(request, submission_id, "complete_form", form, answer)


@staff_required
@may_act
@require_POST
def recycle(request: UserRequest, submission_id: int) -> HttpResponse:
    """Send a document that went astray to the right address."""
    sheet = opened_sheet(request, submission_id)["sheet"]
    form = RecycleForm(request.POST, services=sheet.services)

    def send() -> None:
        said = form.cleaned_data
        to = Addressed(said["siret"], *(said[name] for name in mending.FIELDS))
        ask_to_recycle(
            sheet.submission, to, comment=said["comment"], key=str(said["key"]), by=asker(request), at=request.now
        )

    return _answered(request, submission_id, "recycle_form", form, send)


@staff_required
@may_act
@may_credit
@require_POST
def replace(request: UserRequest, submission_id: int) -> HttpResponse:
    """A credit note on what its buyer refused, the same lines as a draft, and the acknowledgement."""
    opened_sheet(request, submission_id)
    try:
        made = replacing.replace_refused(
            submission_id, by=asker(request), actor=f"user:{request.user.pk}", at=request.now
        )
    except (CannotDecide, *_REFUSALS) as refusal:
        reason = refusal.words if isinstance(refusal, CannotDecide) else refusal
        messages.error(request, _("Nothing was issued. %(reason)s") % {"reason": reason})
        return redirect("staff:chorus_document", submission_id)
    if made.draft is None:
        said = _("The credit note %(note)s takes it back already.")
        messages.info(request, said % {"note": made.credit_note.number})
        return redirect("staff:customer", made.credit_note.customer.number)
    said = _("The credit note %(note)s is issued. Read this draft, correct what the buyer refused, then issue it.")
    messages.success(request, said % {"note": made.credit_note.number})
    return redirect("staff:draft", made.draft.public_id)


def came_from(request: UserRequest, submission_id: int) -> HttpResponse:
    """Back to the page on which it was pressed."""
    back = request.POST.get("back", "")
    if back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        return redirect(back)
    return redirect("staff:chorus_document", submission_id)


def _answered(
    request: UserRequest, submission_id: int, name: str, form: forms.Form, answer: Callable[[], None]
) -> HttpResponse:
    """A form whose words go to Chorus Pro: shown again when they cannot."""
    if form.is_valid():
        try:
            return _done(request, submission_id, answer, _("The answer is on its way to Chorus Pro."))
        except BadAnswer as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.words))
    return document_page(request, submission_id, status=UNPROCESSABLE, **{name: form})


def _done(request: UserRequest, submission_id: int, verb: Callable[[], None], said: str) -> HttpResponse:
    opened_sheet(request, submission_id)
    try:
        verb()
    except CannotDecide as refusal:
        messages.warning(request, _("Nothing was changed. %(reason)s") % {"reason": refusal.words})
    else:
        messages.success(request, said)
    return came_from(request, submission_id)
