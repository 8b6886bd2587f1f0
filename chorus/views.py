"""The second step of an invoice to a public body: its references; and the answer to a suspension."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import services as accounts
from accounts.permissions import Permission, may, require_permission
from chorus import asking
from chorus.forms import AnswerForm, ReferencesForm
from chorus.models import Source, Submission
from chorus.presenting import box_context, events_of, may_be_completed
from chorus.services.acting import Asker
from chorus.services.completing import BadAnswer, ask_to_complete, can_be_completed
from chorus.services.completing_references import AlreadySent, give_references
from chorus.services.deciding import CannotDecide
from chorus.services.requiring import missing_of
from chorus.states import SubmissionState
from core.clock import local_date
from invoices.services import BadReferences

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.permissions import CustomerRequest


@require_permission(Permission.SEE, to_change=Permission.EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def references(request: CustomerRequest, public_id: UUID) -> HttpResponse:
    """Step two: engagement number, service, market number. What was typed stays on the page."""
    submission = own_submission(request, public_id)
    if not may_be_completed(submission):
        return too_late(request, submission)
    typed = request.POST if request.method == "POST" else None
    form = ReferencesForm(submission.invoice, asking.open_services(submission, at=request.now), typed)
    if request.method == "POST" and form.is_valid() and _saved(request, submission, form):
        return redirect("invoices:detail", public_id)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    can_edit = may(request.membership, Permission.EDIT)
    if not can_edit:
        form.freeze()
    return render(request, "chorus/references.html", _context(request, submission, form, can_edit), status=status)


@require_permission(Permission.SEE, to_change=Permission.EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: CustomerRequest, public_id: UUID) -> HttpResponse:
    """Answer what the buyer suspended the document for, in words and files."""
    submission = own_submission(request, public_id)
    if not can_be_completed(submission):
        return too_late(request, submission)
    form = AnswerForm(request.POST, request.FILES) if request.method == "POST" else AnswerForm()
    if request.method == "POST" and form.is_valid() and _answered(request, submission, form):
        return redirect("invoices:detail", public_id)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    can_edit = may(request.membership, Permission.EDIT)
    return render(request, "chorus/answer.html", _context(request, submission, form, can_edit), status=status)


def own_submission(request: CustomerRequest, public_id: UUID) -> Submission:
    """The submission of a document of the customer acted for. Raises Http404."""
    found = Submission.objects.select_related("invoice__customer", "invoice__replaces")
    try:
        return found.get(invoice__public_id=public_id, invoice__customer=request.customer)
    except Submission.DoesNotExist:
        raise Http404 from None


def too_late(request: CustomerRequest, submission: Submission) -> HttpResponse:
    """Back to its page, with what can still be done."""
    messages.warning(
        request,
        _("Nothing was changed: it was sent meanwhile, or does not wait for an answer. Write to us if it is wrong."),
    )
    return redirect("invoices:detail", submission.invoice.public_id)


def _context(request: CustomerRequest, submission: Submission, form: Any, can_edit: bool) -> dict[str, Any]:  # noqa: FBT001
    return {
        "form": form,
        "invoice": submission.invoice,
        "box": box_context(submission, events_of(submission.invoice_id), at=request.now),
        "can_edit": can_edit,
        "ceilings": asking.ceilings_of(request.customer, on=local_date(request.now)),
    }


def _saved(request: CustomerRequest, submission: Submission, form: ReferencesForm) -> bool:
    """Save what was typed when the buyer takes it; otherwise say at the field what is wrong."""
    asked = asking.with_references(submission.invoice, form.references)
    if missing := missing_of(asked, at=request.now):
        form.say_missing(missing)
        return False
    try:
        now = give_references(
            submission, form.references, by=request.user.email, source=Source.CUSTOMER, at=request.now
        )
    except BadReferences as refusal:
        form.add_error(refusal.field or None, str(refusal.message))
        return False
    except AlreadySent:
        form.add_error(None, _("Nothing was saved: the document was sent meanwhile. Write to us if it is wrong."))
        return False
    _say_saved(request, now)
    if form.cleaned_data["for_next"]:
        _use_for_next(request, form)
    return True


def _say_saved(request: CustomerRequest, submission: Submission) -> None:
    if submission.state == SubmissionState.READY:
        messages.success(request, _("Saved. Nothing is missing: it leaves for Chorus Pro by itself."))
    else:
        messages.success(request, _("Saved. It leaves for Chorus Pro by itself as soon as nothing else is in the way."))
    if words := asking.ceiling_words(submission.invoice):
        messages.warning(request, words)


def _use_for_next(request: CustomerRequest, form: ReferencesForm) -> None:
    wanted = form.references
    try:
        accounts.add_engagement(
            request.customer,
            wanted["engagement_number"],
            valid_from=local_date(request.now),
            service_code=wanted["service_code"],
            market_number=wanted["market_number"],
            by=request.user,
            at=request.now,
        )
    except accounts.BadEngagement as refusal:
        words = _("This document is saved, but the number is not kept for the next ones. %(why)s")
        messages.warning(request, words % {"why": refusal.message})


def _answered(request: CustomerRequest, submission: Submission, form: AnswerForm) -> bool:
    try:
        ask_to_complete(
            submission.pk,
            comment=form.cleaned_data["comment"],
            pieces=form.pieces,
            key=form.key(submission),
            by=Asker(request.user.email, Source.CUSTOMER),
            at=request.now,
        )
    except BadAnswer as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.words))
        return False
    except CannotDecide as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("Your answer is on its way to Chorus Pro. The document shows it once it has arrived."))
    return True
