"""The page of closings: the chain of proofs, the closed periods, the months to lock."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import staff_required
from billing_portal.staff.months import missing_in, months
from billing_portal.staff.views import staff_page
from invoices.tabs import Tab
from ledger import selectors as ledger
from ledger import services
from ledger.jobs import VERIFY
from ledger.signing import public_key
from outbox.models import Job
from outbox.services import enqueue

if TYPE_CHECKING:
    from accounts.permissions import UserRequest

_may_look = permission_required("ledger.view_closing", raise_exception=True)
_may_lock = permission_required("ledger.add_closedmonth", raise_exception=True)
_KINDS = ("DAY", "MONTH", "YEAR")
_PAGE = 31


@staff_required
@_may_look
def closings(request: UserRequest) -> HttpResponse:
    """Where the chain stands, the last verification, the months, and the closed periods of one kind."""
    kind = request.GET.get("periode", "MONTH")
    before = _day(request.GET.get("avant", ""))
    if kind not in _KINDS:
        raise Http404
    rows = ledger.closings(kind, size=_PAGE + 1, before=before)
    context: dict[str, Any] = {
        "head": ledger.chain_head(),
        "public_key": public_key(),
        "verification": Job.objects.filter(kind=VERIFY).order_by("-pk").first(),
        "months": months(at=request.now),
        "may_lock": request.user.has_perm("ledger.add_closedmonth"),
        "tabs": [Tab(words, f"?periode={name}", 0, name == kind) for name, words in _kinds()],
        "rows": rows[:_PAGE],
        "older": f"?periode={kind}&avant={rows[_PAGE - 1].starts_on.isoformat()}" if len(rows) > _PAGE else "",
    }
    return staff_page(request, "staff/closings.html", _("Closings and proofs"), **context)


@staff_required
@_may_look
@require_POST
def verify(request: UserRequest) -> HttpResponse:
    """Ask for a verification of the whole chain. One at a time: a minute's question is one job."""
    minute = int(request.now.timestamp()) // 60
    enqueue(VERIFY, {}, key=f"{VERIFY}:{minute}", at=request.now)
    messages.info(request, _("The verification has begun. Load this page again in a moment."))
    return redirect("staff:closings")


@staff_required
@_may_lock
def lock_month(request: UserRequest, month: str) -> HttpResponse:
    """Say what locking a month means and what it still waits for; lock it when that is confirmed."""
    first = _day(f"{month}-01")
    if first is None:
        raise Http404
    if request.method == "POST":
        return _lock(request, first)
    context: dict[str, Any] = {
        "first": first,
        "month": month,
        "waits_for": missing_in(first),
        "back": reverse("staff:closings"),
    }
    return staff_page(request, "staff/lock_month.html", _("Lock a month"), **context)


def _lock(request: UserRequest, first: date) -> HttpResponse:
    try:
        services.close_month(first, at=request.now)
    except services.MonthNotOver:
        messages.error(request, _("This month is not over. Nothing was locked."))
    else:
        messages.success(request, _("The books of %(month)s are locked.") % {"month": f"{first:%m/%Y}"})
    return redirect("staff:closings")


def _kinds() -> list[tuple[str, str]]:
    return [("DAY", _("Days")), ("MONTH", _("Months")), ("YEAR", _("Years"))]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
