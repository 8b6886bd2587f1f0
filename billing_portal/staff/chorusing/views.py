"""Documents that wait for somebody, with the one that is open beside them; the page of one document; its files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.permissions import staff_required
from billing_portal.staff.chorusing.access import acts, may_look
from billing_portal.staff.chorusing.forms import CompleteForm, RecycleForm, ReferencesForm, WithdrawForm
from billing_portal.staff.chorusing.lots import AGES, BULK, OWNERS, TITLES, VERBS, View, first_lot, number, tabs
from billing_portal.staff.chorusing.presenting import row_of, sheet_of
from billing_portal.staff.chorusing.timeline import steps_for_staff
from billing_portal.staff.views import staff_page
from chorus import wiring
from chorus.models import Deposit, Submission
from chorus.selectors import inbox
from chorus.services.mending import FIELDS
from chorus.services.recycling import address_of
from chorus.states import Missing
from core.downloads import download_headers
from core.money import Money
from invoices import archive
from invoices.selectors import files_of
from invoices.states import RenditionKind

if TYPE_CHECKING:
    from django import forms

    from accounts.permissions import UserRequest
    from billing_portal.staff.chorusing.presenting import Sheet
    from invoices.models import Invoice

ON_A_PAGE: Final = 50


@staff_required
@may_look
@require_safe
def waiting(request: UserRequest) -> HttpResponse:
    """A lot of documents, and one of them."""
    view, counted = View.read(request.GET), inbox.count_lots(at=request.now)
    if "lot" not in request.GET and not view.typed:
        view = replace(view, lot=first_lot(counted))
    pages = Paginator(inbox.documents_wanted(view.wanted(request.user.pk), at=request.now), ON_A_PAGE)
    if view.is_whole:
        pages.count = counted.counts[view.lot]  # counted with the tabs: not a second time
    shown = pages.get_page(view.page)
    opened = number(request.GET.get("document"))
    return staff_page(
        request,
        "staff/chorus/inbox.html",
        "Chorus Pro",
        view=view,
        tabs=tabs(view, counted),
        lot_title=TITLES[view.lot],
        counted=counted,
        owners=OWNERS.items(),
        ages=AGES,
        page=shown,
        rows=[(row_of(each), view.address(each.pk)) for each in shown],
        now=request.now,
        environment=wiring.environment(),
        may_act=acts(request),
        verbs=[(name, VERBS[name]) for name in BULK[view.lot]],
        back=view.address(opened),
        **(opened_sheet(request, opened) if opened else {"sheet": None}),
    )


@staff_required
@may_look
@require_safe
def document(request: UserRequest, submission_id: int) -> HttpResponse:
    """All that is known of one document, and what may be done about it now."""
    return document_page(request, submission_id)


def document_page(request: UserRequest, submission_id: int, *, status: int = 200, **bound: forms.Form) -> HttpResponse:
    """The page of a document; with a form that was refused, as it was typed."""
    context = opened_sheet(request, submission_id, **bound)
    submission = context["sheet"].submission
    invoice = submission.invoice
    return staff_page(
        request,
        "staff/chorus/document.html",
        _("%(document)s in Chorus Pro") % {"document": invoice},
        status=status,
        steps=steps_for_staff(submission),
        deposits=submission.deposits.order_by("-attempt"),
        files=files_of(invoice),
        environment=wiring.environment(),
        may_act=acts(request),
        now=request.now,
        back="",
        is_whole_page=True,
        **context,
    )


def opened_sheet(request: UserRequest, submission_id: int, **bound: forms.Form) -> dict[str, Any]:
    """A document with its forms. Raises Http404."""
    try:
        submission = inbox.submission_page(submission_id)
    except Submission.DoesNotExist:
        raise Http404 from None
    sheet = sheet_of(submission, at=request.now)
    return {
        "sheet": sheet,
        "submission": submission,
        "invoice": submission.invoice,
        "missing_words": [Missing(each).label for each in submission.missing],
        "last_deposit": submission.deposits.order_by("-attempt").first(),
        "amount": signed_total(submission.invoice),
        **(_forms(sheet) if acts(request) else {}),
        **bound,
        "refused": next(iter(bound.values()), None),
    }


def signed_total(invoice: Invoice) -> Money:
    """What it asks for; what a credit note takes back is negative."""
    return Money(-invoice.total_cents if invoice.is_credit_note else invoice.total_cents)


def _forms(sheet: Sheet) -> dict[str, forms.Form]:
    """An empty form of each verb that is legal now and wants words."""
    found: dict[str, forms.Form] = {}
    invoice = sheet.submission.invoice
    if "mend" in sheet.may:
        known = {name: getattr(invoice, name) for name in FIELDS}
        names = (sheet.fix,) if sheet.fix in FIELDS else FIELDS
        found["mend_form"] = ReferencesForm(names=names, known=known, services=sheet.services)
        found["withdraw_form"] = WithdrawForm()
    if "complete" in sheet.may:
        found["complete_form"] = CompleteForm()
    if "recycle" in sheet.may:
        found["recycle_form"] = RecycleForm(known=address_of(sheet.submission), services=sheet.services)
    return found


@staff_required
@may_look
@require_safe
def deposited_file(request: UserRequest, submission_id: int, attempt: int) -> HttpResponse:
    """The exact bytes of an attempt, as they were sent."""
    found = Deposit.objects.filter(submission=submission_id, attempt=attempt).first()
    if found is None:
        raise Http404
    return _download(found.sha256, found.file_name)


@staff_required
@may_look
@require_safe
def plain_pdf(request: UserRequest, submission_id: int) -> HttpResponse:
    """The PDF without the XML: the one to take when a document is entered by hand on the portal of Chorus Pro."""
    submission = Submission.objects.select_related("invoice").filter(pk=submission_id).first()
    files = files_of(submission.invoice) if submission else None
    if submission is None or files is None or files.pdf is None:
        raise Http404
    return _download(files.pdf.sha256, RenditionKind.PDF.file_name(str(submission.invoice.number)))


def _download(sha256: str, name: str) -> HttpResponse:
    try:
        content = archive.read(sha256)
    except archive.ArchiveDamaged:
        raise Http404 from None
    return HttpResponse(content, headers=download_headers(RenditionKind.PDF.media_type, name))
