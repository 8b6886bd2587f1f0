"""The page of staff about one dispute: what moved, until when to answer, the pack, and the two answers there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import staff_required
from billing_portal.staff.dispute_forms import AnswerForm, GiveInForm
from billing_portal.staff.views import UNPROCESSABLE, staff_page
from core.clock import local_date
from invoices.archive import ArchiveDamaged
from payments import selectors
from payments.models import Dispute
from payments.services import disputes
from payments.wiring import gateway_for

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from accounts.permissions import UserRequest

_may_look = permission_required("payments.view_dispute", raise_exception=True)
_may_answer = permission_required("payments.change_dispute", raise_exception=True)
_may_give_in = permission_required("payments.add_refund", raise_exception=True)


@staff_required
@_may_look
@require_safe
def dispute(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Where a dispute stands, and what may be done about it."""
    found = _found(public_id)
    return _page(request, found, AnswerForm(initial={"text": found.evidence_text}))


@staff_required
@_may_answer
@require_POST
def answer(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Keep the text; with the other button, send it and the pack too."""
    found, form = _found(public_id), AnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, status=UNPROCESSABLE)
    try:
        disputes.write_answer(found.pk, form.cleaned_data["text"], by=request.user, at=request.now)
        if form.cleaned_data["send"]:
            disputes.request_evidence(found.pk, by=request.user, at=request.now)
    except disputes.NotAnswerable:
        messages.error(request, _("Nothing was sent: this dispute does not wait for our evidence any more."))
    else:
        sent = form.cleaned_data["send"]
        messages.success(request, _("The evidence is being sent.") if sent else _("The answer is kept."))
    return redirect("staff:dispute", public_id)


@staff_required
@_may_give_in
@require_POST
def give_in(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Let the payer keep the money; above a threshold, once somebody else agrees."""
    found, form = _found(public_id), GiveInForm(request.POST)
    if not form.is_valid():
        answer_form = AnswerForm(initial={"text": found.evidence_text})
        return _page(request, found, answer_form, giving_in=form, status=UNPROCESSABLE)
    why = form.cleaned_data["reason"]
    try:
        asked = disputes.request_acceptance(found.pk, reason=why, by=request.user, at=request.now)
    except disputes.NotAnswerable:
        messages.error(request, _("Nothing was changed: this dispute does not wait for us any more."))
    else:
        told = _("The provider is being told that we give in.")
        waits = _("Nothing was told to the provider yet: somebody else has to approve.")
        messages.success(request, told if asked.accept_asked_at else waits)
    return redirect("staff:dispute", public_id)


@staff_required
@_may_look
@require_POST
def look_again(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Do not wait for the next turn."""
    found = _found(public_id)
    disputes.ask_dispute(found.pk, gateway=gateway_for(found.provider), at=request.now)
    messages.info(request, _("The provider was asked."))
    return redirect("staff:dispute", public_id)


@staff_required
@_may_look
@require_safe
def pack(request: UserRequest, public_id: UUID, form: str) -> HttpResponse:
    """The pack: the PDF as it is kept (or was sent), or the data as they are now."""
    found = _found(public_id)
    if form == "json":
        return _file(disputes.pack_json(found, at=request.now), "application/json", f"{_stem(found)}.json")
    try:
        content = disputes.pack_file(found)
    except (LookupError, ArchiveDamaged):
        raise Http404 from None
    return _file(content, "application/pdf", disputes.pack_name(found))


def _found(public_id: UUID) -> Dispute:
    try:
        around = ("payment", "customer", "evidence_by", "accepted_by", "accept_approval")
        return Dispute.objects.select_related(*around).get(public_id=public_id)
    except Dispute.DoesNotExist:
        raise Http404 from None


def _page(
    request: UserRequest, found: Dispute, form: AnswerForm, *, giving_in: GiveInForm | None = None, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "dispute": found,
        "form": form,
        "giving_in": giving_in or GiveInForm(),
        "two_people": disputes.needs_two_people(found),
        "waits": disputes.waits_for_us(found),
        "days_left": _days_left(found, at=request.now) if found.is_open else None,
        "being_sent": found.is_open and found.evidence_asked_at and not found.evidence_sent_at,
        "being_accepted": found.is_open and found.accept_asked_at,
        "documents": selectors.open_again(found),
        "movements": found.movements.order_by("pk"),
        "steps": selectors.history_of_dispute(found),
    }
    title = _("Dispute of %(reference)s") % {"reference": found.payment.reference}
    return staff_page(request, "staff/dispute.html", title, status=status, **context)


def _days_left(found: Dispute, *, at: datetime) -> int | None:
    """Whole days until the evidence is due, in Paris; negative when it is too late."""
    return (local_date(found.due_at) - local_date(at)).days if found.due_at else None


def _stem(found: Dispute) -> str:
    return disputes.pack_name(found).removesuffix(".pdf")


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=kind,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )
