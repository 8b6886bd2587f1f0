"""Pages of staff about automatic debits: one of them with its line of time, and stopping it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import staff_required
from billing_portal.staff.debit_forms import ReasonForm
from billing_portal.staff.debit_timeline import timeline
from billing_portal.staff.views import form_page, staff_page
from core.clock import local_date
from payments.collecting_presenting import TAGS
from payments.models import Debit, PaymentStatus
from payments.selectors import open_until
from payments.services import collecting
from payments.services.debits import STOPPABLE
from payments.services.debits.wording import cancelled_words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from accounts.permissions import UserRequest
    from payments.models import Payment

_may_look = permission_required("payments.view_debit", raise_exception=True)
_may_change = permission_required("payments.change_debit", raise_exception=True)


@staff_required
@_may_look
@require_safe
def debit(request: UserRequest, public_id: UUID) -> HttpResponse:
    """One debit: what was announced, each attempt, what the bank said, what is still to come."""
    found = _found(public_id)
    attempts = _attempts(found)
    return staff_page(
        request,
        "staff/debit.html",
        _("Debit %(reference)s") % {"reference": found.reference},
        debit=found,
        tag=TAGS[found.state],
        mandate=getattr(found.method, "mandate", None),
        attempts=attempts,
        steps=timeline(found, attempts, today=local_date(request.now)),
        why=cancelled_words(found),
        still_due=open_until(found.customer_id, found.due_on),
        stoppable=found.state in STOPPABLE,
        is_checked=any(each.status == PaymentStatus.UNKNOWN for each in attempts),
    )


@staff_required
@_may_change
@require_http_methods(["GET", "HEAD", "POST"])
def cancel_debit(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Stop one that is not in flight, with the reason: what is due stays due."""
    found = _found(public_id)
    if found.state not in STOPPABLE and request.method != "POST":
        raise Http404
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        because = form.cleaned_data["reason"]
        try:
            collecting.cancel_for(found.pk, because=because, by=request.user, at=request.now)
        except collecting.TooLate:
            messages.error(request, _("Nothing was changed: this debit is already on its way, or it is over."))
        else:
            messages.success(request, _("This debit will not take place. The customer is written to."))
        return redirect("staff:debit", public_id)
    note = _(
        "What is due stays due, and is not debited by itself any more until the customer turns automatic payment on "
        "again. The customer is written to."
    )
    return form_page(request, form, title=_("Cancel the debit"), button=_("Cancel the debit"), note=note)


def _found(public_id: UUID) -> Debit:
    return get_object_or_404(Debit.objects.select_related("customer", "method__mandate"), public_id=public_id)


def _attempts(found: Debit) -> Sequence[Payment]:
    """The oldest first, with the files that they are in and what the bank said."""
    rows = found.attempts.select_related("used_method", "bank_debit__remittance")
    return list(rows.prefetch_related("bank_debit__answers").order_by("pk"))
