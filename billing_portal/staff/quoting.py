"""Pages of staff about quotes and pro forma invoices: send one from a draft, look at it, take it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import staff_required
from accounts.selectors import NoSeller
from billing_portal.staff.forms import QuoteForm, WithdrawalForm
from billing_portal.staff.views import UNPROCESSABLE, form_page, staff_page
from core.clock import local_date
from invoices import archive
from invoices import selectors as documents
from invoices import services as invoices
from invoices.archive import ArchiveDamaged
from invoices.models import Invoice, Quote

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.permissions import UserRequest

_may_send = permission_required("invoices.add_quote", raise_exception=True)
_may_look = permission_required("invoices.view_quote", raise_exception=True)
_REFUSALS = (invoices.BadValidity, invoices.VatNotDecided, invoices.NothingToBill, NoSeller)


@staff_required
@_may_send
def send_quote(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Make a draft a quote or a pro forma invoice; the second time it is the one that exists."""
    if sent := Quote.objects.filter(draft_id=public_id).first():
        return redirect("staff:quote", sent.public_id)
    draft = get_object_or_404(Invoice.objects.select_related("customer"), public_id=public_id, number=None)
    form = QuoteForm(request.POST if request.method == "POST" else None, today=local_date(request.now))
    if request.method == "POST" and form.is_valid():
        try:
            quote = invoices.send_quote(
                draft,
                form.cleaned_data["kind"],
                valid_until=form.cleaned_data["valid_until"],
                at=request.now,
                actor=f"user:{request.user.pk}",
            )
        except _REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("%(number)s is sent to the customer.") % {"number": quote.number})
            return redirect("staff:quote", quote.public_id)
    note = _(
        "It is frozen when it is sent, and written to the customer, who accepts it online. Nothing is owed before."
    )
    return form_page(request, form, title=_("Send as a quote"), button=_("Send"), note=note)


@staff_required
@_may_look
def quote(request: UserRequest, public_id: UUID) -> HttpResponse:
    """One quote: what it offers, where it stands, who agreed to it."""
    found = _quote(public_id)
    page = documents.quote_page(found, on=local_date(request.now))
    texts = _texts(found, request)
    return staff_page(
        request, "staff/quote.html", page.title, page=page, quote=found, form=WithdrawalForm(), texts=texts
    )


@staff_required
@_may_send
@require_POST
def withdraw_quote(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Take a quote back, and say why."""
    found = _quote(public_id)
    form = WithdrawalForm(request.POST)
    if not form.is_valid():
        page = documents.quote_page(found, on=local_date(request.now))
        context = {"page": page, "quote": found, "form": form, "texts": _texts(found, request)}
        return staff_page(request, "staff/quote.html", page.title, status=UNPROCESSABLE, **context)
    try:
        invoices.withdraw_quote(found, by=request.user, at=request.now, reason=form.cleaned_data["reason"])
    except invoices.QuoteClosed as closed:
        messages.error(request, str(closed))
    else:
        messages.success(request, _("%(number)s is taken back.") % {"number": found.number})
    return redirect("staff:quote", public_id)


@staff_required
@_may_look
def quote_file(request: UserRequest, public_id: UUID) -> HttpResponse:
    """The stored PDF, checked."""
    found = _quote(public_id)
    rendition = documents.quote_file(found)
    try:
        content = archive.read(rendition.sha256) if rendition else b""
    except ArchiveDamaged:
        content = b""
    if not content:
        messages.warning(request, _("The file is not there, or damaged. Look at the jobs."))
        return redirect("staff:quote", public_id)
    disposition = content_disposition_header(as_attachment=True, filename=f"{found.number}.pdf") or "attachment"
    return HttpResponse(content, content_type="application/pdf", headers={"Content-Disposition": disposition})


def _texts(found: Quote, request: UserRequest) -> documents.TextsToCome:
    return documents.texts_to_come(found.customer, on=local_date(request.now))


def _quote(public_id: UUID) -> Quote:
    return get_object_or_404(Quote.objects.select_related("customer", "invoice", "decided_by"), public_id=public_id)
