"""A wrong name or address on an invoice: the customer corrects the details, looks at both documents, and confirms."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import services as accounts
from accounts.permissions import Permission, require_permission
from core.clock import local_date
from core.money import Money
from invoices import selectors, services
from invoices.forms import BuyerForm
from invoices.models import Invoice
from invoices.parties import Buyer, copy_buyer

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.permissions import CustomerRequest


@require_permission(Permission.EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: CustomerRequest, public_id: UUID) -> HttpResponse:
    """First the details. What was typed stays on the page when something has to be corrected."""
    invoice = _invoice(request, public_id)
    if stopped := _stopped(request, invoice):
        return stopped
    form = BuyerForm(request.customer, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            accounts.update_profile(request.customer, at=request.now, **form.cleaned_data)
        except accounts.BadIdentity as error:
            form.refuse(error)
        else:
            return redirect("invoices:correct_confirm", public_id)
    context = {"invoice": invoice, "buyer": Buyer.thawed(invoice.buyer), "form": form, "steps": _steps(1)}
    return render(request, "invoices/correct.html", context)


@require_permission(Permission.EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_correction(request: CustomerRequest, public_id: UUID) -> HttpResponse:
    """Then both documents as they will be; sending the form issues them, once."""
    invoice = _invoice(request, public_id)
    if stopped := _stopped(request, invoice):
        return stopped
    if request.method == "POST":
        return _confirm(request, invoice)
    day = local_date(request.now)
    context = {
        "invoice": invoice,
        "total": Money(invoice.total_cents),
        "old": Buyer.thawed(invoice.buyer),
        "new": copy_buyer(request.customer),
        "today": day,
        "due": max(invoice.due_date, day) if invoice.due_date else day,
        "obstacle": selectors.why_not_with(invoice, request.customer, on=day),
        "steps": _steps(2),
    }
    return render(request, "invoices/confirm_correction.html", context)


def _confirm(request: CustomerRequest, invoice: Invoice) -> HttpResponse:
    try:
        made = services.correct_buyer(invoice, at=request.now, actor=f"user:{request.user.pk}")
    except (services.CannotCorrect, services.DateBeforeLast) as refusal:
        messages.error(request, _("Nothing was issued. %(reason)s") % {"reason": refusal})
        return redirect("invoices:correct", invoice.public_id)
    said = _("The invoice %(new)s replaces %(old)s, which the credit note %(note)s takes back.")
    values = {"new": made.invoice.number, "old": invoice.number, "note": made.credit_note.number}
    messages.success(request, said % values)
    return redirect("invoices:detail", made.invoice.public_id)


def _invoice(request: CustomerRequest, public_id: UUID) -> Invoice:
    try:
        invoice = selectors.issued_invoice(request.customer, public_id)
    except Invoice.DoesNotExist:
        raise Http404 from None
    if invoice.is_credit_note:
        raise Http404
    return invoice


def _stopped(request: CustomerRequest, invoice: Invoice) -> HttpResponse | None:
    """Where to go instead: to the corrected invoice when there is one, or to a page that says what is in the way."""
    if made := selectors.correction_of(invoice):
        return redirect("invoices:detail", made.invoice.public_id)
    reason = selectors.why_not_correct(invoice, on=local_date(request.now))
    if reason is None:
        return None
    context = {"invoice": invoice, "reason": reason.label}
    return render(request, "invoices/cannot_correct.html", context, status=HTTPStatus.CONFLICT)


def _steps(current: int) -> list[dict[str, Any]]:
    labels = [_("Billing details"), _("Both documents"), _("Corrected")]
    return [{"label": label, "done": n < current, "current": n == current} for n, label in enumerate(labels, 1)]
