"""The page where a second member of staff decides. It knows no subject: it shows what was asked, by whom and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import selectors, services
from accounts.models import Approval, ApprovalState
from accounts.permissions import staff_required
from billing_portal.staff.forms import DecisionForm
from billing_portal.staff.views import UNPROCESSABLE, staff_page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from accounts.permissions import UserRequest

PAGES: Final[Mapping[str, str]] = {
    "payments.refund": "staff:refund",
    "payments.movement": "staff:movement",
    "payments.dispute": "staff:dispute",
    "bank.import_anyway": "staff:statement_anyway",
}
"""Where the subject of each kind is shown: the name of the address, which takes the subject."""


@staff_required
@permission_required("accounts.view_approval", raise_exception=True)
def approval(request: UserRequest, public_id: UUID) -> HttpResponse:
    """What is asked, why, and what became of it; the buttons for somebody else than who asked."""
    found = get_object_or_404(Approval.objects.select_related("asked_by", "decided_by"), public_id=public_id)
    return _page(request, found, DecisionForm())


@staff_required
@permission_required("accounts.change_approval", raise_exception=True)
@require_POST
def decide(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Approve or refuse, once, with a word; refusing needs one."""
    found = get_object_or_404(Approval, public_id=public_id)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, status=UNPROCESSABLE)
    verb = services.approve if form.agrees else services.refuse
    try:
        verb(found.pk, by=request.user, at=request.now, note=form.cleaned_data["note"])
    except services.OwnRequest:
        messages.error(request, _("Nothing was decided: you asked for this yourself. Somebody else has to decide."))
    except services.AlreadyDecided:
        messages.error(request, _("Nothing was changed: somebody decided before, or the time is over."))
    else:
        messages.success(request, _("Approved.") if form.agrees else _("Refused. Nothing is done."))
    return redirect("staff:approval", public_id)


def _page(request: UserRequest, found: Approval, form: DecisionForm, *, status: int = 200) -> HttpResponse:
    waits = found.state == ApprovalState.ASKED and request.now < found.expires_at
    return staff_page(
        request,
        "staff/approval.html",
        found.summary,
        status=status,
        approval=found,
        form=form,
        waits=waits,
        own=found.asked_by_id == request.user.pk,
        steps=selectors.steps_of_approval(found),
        page=PAGES.get(found.kind, ""),
    )
