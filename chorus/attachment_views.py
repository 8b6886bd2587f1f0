"""The files that leave with a document: added, looked at, taken back, until it is sent."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import Permission, may, require_permission
from chorus.forms import FilesForm
from chorus.models import Attachment
from chorus.presenting import box_context, events_of, may_be_completed
from chorus.services.attaching import attach, attachments_of, detach
from chorus.services.completing import BadAnswer
from chorus.services.completing_references import AlreadySent
from chorus.views import own_submission, too_late
from core.downloads import download_headers
from invoices import archive

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.permissions import CustomerRequest
    from chorus.models import Submission


@require_permission(Permission.SEE, to_change=Permission.EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def attachments(request: CustomerRequest, public_id: UUID) -> HttpResponse:
    """The files of a document, and the form that adds some."""
    submission = own_submission(request, public_id)
    if request.method == "POST" and not may_be_completed(submission):
        return too_late(request, submission)
    form = FilesForm(request.POST, request.FILES) if request.method == "POST" else FilesForm()
    if request.method == "POST" and form.is_valid() and _added(request, submission, form):
        return redirect("chorus:attachments", public_id)
    context = {
        "form": form,
        "invoice": submission.invoice,
        "box": box_context(submission, events_of(submission.invoice_id), at=request.now),
        "attachments": attachments_of(submission),
        "can_edit": may(request.membership, Permission.EDIT) and may_be_completed(submission),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "chorus/attachments.html", context, status=status)


@require_permission(Permission.SEE)
@require_safe
def attachment(request: CustomerRequest, public_id: UUID, attachment: int) -> HttpResponse:
    """The stored bytes of a file, always as a download: it is somebody's file, never a page of ours."""
    submission = own_submission(request, public_id)
    row = Attachment.objects.filter(pk=attachment, submission=submission).first()
    if row is None:
        raise Http404
    return HttpResponse(archive.read(row.sha256), headers=download_headers("application/octet-stream", row.name))


@require_permission(Permission.EDIT)
@require_POST
def detach_file(request: CustomerRequest, public_id: UUID, attachment: int) -> HttpResponse:
    """Have a file leave no more."""
    submission = own_submission(request, public_id)
    try:
        detach(submission.pk, attachment, at=request.now)
    except Attachment.DoesNotExist:
        raise Http404 from None
    except AlreadySent:
        return too_late(request, submission)
    messages.success(request, _("The file is taken back; it does not leave with the document."))
    return redirect("chorus:attachments", public_id)


def _added(request: CustomerRequest, submission: Submission, form: FilesForm) -> bool:
    """Add each file; the first that cannot be is said, and those before it stay."""
    try:
        for piece in form.pieces:
            attach(submission.pk, piece, by=request.user.email, at=request.now)
    except BadAnswer as refusal:
        form.add_error("files", str(refusal.words))
        return False
    except AlreadySent:
        form.add_error(None, _("Nothing was saved: the document was sent meanwhile. Write to us if it is wrong."))
        return False
    messages.success(request, _("Added. The file that goes to Chorus Pro is made again with it inside."))
    return True
