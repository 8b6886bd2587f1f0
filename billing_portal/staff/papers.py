"""Pages of finance about documents: the gap radar of series and archive, and the audit trail of one document."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import staff_required
from billing_portal.audit_trail import audit_trail
from billing_portal.staff.views import staff_page
from invoices import selectors as invoices
from invoices.jobs import CHECK_ARCHIVE
from invoices.models import Invoice
from outbox.models import Job
from outbox.services import enqueue

if TYPE_CHECKING:
    from accounts.permissions import UserRequest

_may_look = permission_required("invoices.view_invoice", raise_exception=True)


@staff_required
@_may_look
def series(request: UserRequest) -> HttpResponse:
    """Whether the numbers follow each other and the stored files are whole."""
    context: dict[str, Any] = {
        "series": invoices.series_states(),
        "archive": invoices.archive_state(),
        "check": Job.objects.filter(kind=CHECK_ARCHIVE).order_by("-pk").first(),
    }
    return staff_page(request, "staff/series.html", _("Series and archive"), **context)


@staff_required
@_may_look
@require_POST
def check_archive(request: UserRequest) -> HttpResponse:
    """Ask for every stored file to be hashed again. A minute's question is one job."""
    minute = int(request.now.timestamp()) // 60
    enqueue(CHECK_ARCHIVE, {}, key=f"{CHECK_ARCHIVE}:{minute}", at=request.now)
    messages.info(request, _("The verification has begun. Load this page again in a moment."))
    return redirect("staff:series")


@staff_required
@_may_look
def trail(request: UserRequest, number: str) -> HttpResponse:
    """The path of one document, from the order to the money."""
    title = _("Audit trail of %(number)s") % {"number": number.upper()}
    return staff_page(request, "staff/trail.html", title, trail=_trail(number))


@staff_required
@_may_look
def trail_file(request: UserRequest, number: str) -> HttpResponse:
    """The same as a file."""
    text = json.dumps(_trail(number), ensure_ascii=False, indent=1)
    name = f"{number.upper()}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type="application/json; charset=utf-8", headers=headers)


def _trail(number: str) -> dict[str, Any]:
    try:
        return audit_trail(number)
    except Invoice.DoesNotExist:
        raise Http404 from None
