"""Pages of staff that issue an invoice: write the lines, look at the draft, issue it. No step needs a script.

The draft is a row, so that issuing twice (a second click, a reload) gives the one invoice that exists.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.gateways.vies import vies
from accounts.permissions import staff_required
from accounts.selectors import NoSeller
from accounts.services import refresh_vat_number
from billing_portal.staff.customers import customer_or_404
from billing_portal.staff.forms import BLANK_LINES, MOST_LINES, InvoiceForm, LineFormSet, line_formset
from billing_portal.staff.views import UNPROCESSABLE, staff_page
from core.clock import local_date
from core.money import Money
from invoices import services as invoices
from invoices.models import Invoice
from invoices.presenting import LINES_SHOWN
from invoices.selectors import texts_to_come, what_is_missing
from invoices.states import InvoiceStatus
from ledger import selectors as ledger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.models import Customer
    from accounts.permissions import UserRequest

_may_issue = permission_required("invoices.add_invoice", raise_exception=True)
_REFUSALS = (invoices.VatNotDecided, invoices.NothingToBill, invoices.DateBeforeLast, NoSeller)


@staff_required
@_may_issue
def write_invoice(request: UserRequest, number: str) -> HttpResponse:
    """The lines of a new invoice, or of a draft that is written again (`?brouillon=`)."""
    customer = customer_or_404(number)
    former = _draft_of(customer, request.GET.get("brouillon", ""))
    if request.method != "POST":
        return _form(request, customer, InvoiceForm(initial=_said(former, customer)), line_formset(_lines(former)))
    if "more" in request.POST:
        return _form(request, customer, InvoiceForm(request.POST), LineFormSet(_with_more(request.POST.copy())))
    form, lines = InvoiceForm(request.POST), LineFormSet(request.POST)
    if not (form.is_valid() and lines.is_valid()):
        return _form(request, customer, form, lines, status=UNPROCESSABLE)
    try:
        draft = _draft(customer, form, lines, former, request=request)
    except (invoices.BadLine, invoices.BadReference, invoices.VatNotDecided) as fault:
        form.add_error(None, str(fault))
        return _form(request, customer, form, lines, status=UNPROCESSABLE)
    return redirect("staff:draft", draft.public_id)


@staff_required
@_may_issue
def draft(request: UserRequest, public_id: UUID) -> HttpResponse:
    """The draft as it will be issued, and what it does to the account."""
    found = get_object_or_404(Invoice.objects.select_related("customer"), public_id=public_id)
    if found.status == InvoiceStatus.ISSUED:
        return redirect("staff:customer", found.customer.number)
    balance, lines = ledger.get_balance(found.customer_id).balance, found.lines.count()
    context: dict[str, Any] = {
        "invoice": found,
        "lines": found.lines.order_by("position")[:LINES_SHOWN],
        "lines_count": lines,
        "texts": texts_to_come(found.customer, on=local_date(request.now)),
        "net": Money(found.net_cents),
        "vat": Money(found.vat_cents),
        "total": Money(found.total_cents),
        "balance": balance,
        "balance_after": balance - Money(found.total_cents),
        "missing": what_is_missing(found, at=request.now),
        "again": _again(found) if lines <= MOST_LINES else "",
    }
    return staff_page(request, "staff/draft.html", _("Draft invoice"), **context)


@staff_required
@_may_issue
@require_POST
def issue(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Issue the draft; the second time nothing happens."""
    found = get_object_or_404(Invoice.objects.select_related("customer"), public_id=public_id)
    refresh_vat_number(found.customer, gateway=vies(), at=request.now)
    try:
        issued = invoices.issue(found, at=request.now)
    except _REFUSALS as refusal:
        messages.error(request, _("Nothing was issued. %(reason)s") % {"reason": refusal})
        return redirect("staff:draft", public_id)
    messages.success(request, _("The invoice %(number)s is issued.") % {"number": issued.number})
    return redirect("staff:customer", found.customer.number)


@staff_required
@_may_issue
@require_POST
def discard(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Forget a draft; what is issued stays."""
    found = get_object_or_404(Invoice.objects.select_related("customer"), public_id=public_id)
    if _forget(found):
        messages.success(request, _("The draft is forgotten. Nothing was issued."))
    return redirect("staff:customer", found.customer.number)


def _again(found: Invoice) -> str:
    """Where the draft is written again; longer ones than the form holds are not."""
    return f"{reverse('staff:write_invoice', args=[found.customer.number])}?brouillon={found.public_id}"


def _form(
    request: UserRequest, customer: Customer, form: InvoiceForm, lines: Any, *, status: int = 200
) -> HttpResponse:
    context = {"customer": customer, "form": form, "lines": lines}
    return staff_page(request, "staff/write_invoice.html", _("New invoice"), status=status, **context)


def _with_more(posted: Any) -> Any:
    """What was typed, with three more blank lines."""
    shown = posted.get("form-TOTAL_FORMS", "")
    posted["form-TOTAL_FORMS"] = str((int(shown) if shown.isascii() and shown.isdigit() else 0) + BLANK_LINES)
    return posted


@transaction.atomic
def _draft(
    customer: Customer, form: InvoiceForm, lines: Any, former: Invoice | None, *, request: UserRequest
) -> Invoice:
    written: Sequence[dict[str, Any]] = [line.cleaned_data for line in lines if line.has_changed()]
    new = invoices.draft(customer, [invoices.NewLine(**line) for line in written], at=request.now, **form.cleaned_data)
    if former is not None:
        _forget(former)
    return new


def _draft_of(customer: Customer, public_id: str) -> Invoice | None:
    try:
        wanted = UUID(public_id)
    except ValueError:
        return None
    return Invoice.objects.filter(customer=customer, public_id=wanted, status=InvoiceStatus.DRAFT).first()


def _said(former: Invoice | None, customer: Customer) -> dict[str, Any]:
    """What the form begins with. A public body's engagement number is chosen at issue, unless it is written here."""
    if former is not None:
        return {name: getattr(former, name) for name in ("engagement_number", "subject", "planned_on")}
    return {"engagement_number": "" if customer.is_public else customer.engagement_number}


def _lines(former: Invoice | None) -> list[dict[str, Any]]:
    columns = ("label", "quantity", "unit_price", "period_start", "period_end")
    if former is None:
        return []
    return list(former.lines.order_by("position").values(*columns))


@transaction.atomic
def _forget(found: Invoice) -> bool:
    """Delete a draft and its lines. False when it was issued meanwhile; the database would refuse it too."""
    locked = Invoice.objects.select_for_update().filter(pk=found.pk, status=InvoiceStatus.DRAFT).first()
    if locked is None:
        return False
    locked.lines.all().delete()
    locked.delete()
    return True
