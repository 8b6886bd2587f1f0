"""Pages of staff that take an invoice back: choose lines, look at the credit note, issue it; or correct the buyer.

What was looked at is what is issued: when the total is another one meanwhile, it is shown again first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.permissions import staff_required
from accounts.selectors import NoSeller
from billing_portal.staff.crediting_forms import MOST_LINES, CreditForm, new_form, taken_forms
from billing_portal.staff.views import UNPROCESSABLE, staff_page
from core.clock import local_date
from core.money import ZERO, Money
from invoices import selectors, services
from invoices.crediting import Left, Taken, take
from invoices.models import Invoice
from invoices.parties import Buyer, copy_buyer
from invoices.services import BadCredit, Request, TakenBack
from invoices.states import FreedMoney

if TYPE_CHECKING:
    from accounts.permissions import UserRequest

_may_issue = permission_required("invoices.add_invoice", raise_exception=True)
_REFUSALS = (BadCredit, services.CreditKeyReused, services.DateBeforeLast, NoSeller)


@staff_required
@_may_issue
def credit_note(request: UserRequest, number: str) -> HttpResponse:
    """What to take back of an invoice; looked at, it can be issued."""
    invoice = _invoice(number)
    left = selectors.left_of(invoice)
    if request.method != "POST":
        return _page(request, invoice, left, new_form(), taken_forms(left.open_lines))
    form, lines = CreditForm(request.POST), taken_forms(left.open_lines, request.POST)
    known = selectors.credit_note_by_key(request.POST.get("key", ""))
    if known is not None:
        return _issued(request, known)
    if not (form.is_valid() and lines.is_valid()):
        return _page(request, invoice, left, form, lines, status=UNPROCESSABLE)
    everything = "all" in request.POST or bool(form.cleaned_data["everything"])
    asked = [TakenBack(line.line.position) for line in left.open_lines] if everything else lines.taken
    try:
        taken = take(left, asked)
        if "issue" in request.POST and form.cleaned_data["looked"] == taken.total.cents:
            return _issue(request, invoice, asked, form)
    except _REFUSALS as refusal:
        form.add_error(None, str(refusal))
        return _page(request, invoice, left, form, lines, status=UNPROCESSABLE)
    return _page(
        request,
        invoice,
        left,
        _looked(form, taken, everything=everything and len(left.open_lines) > MOST_LINES),
        _with(lines, asked, left),
        taken=taken,
    )


@staff_required
@_may_issue
def correct(request: UserRequest, number: str) -> HttpResponse:
    """Both documents as they will be, for the customer as it is now; sending the form issues them, once."""
    invoice = _invoice(number)
    if made := selectors.correction_of(invoice):
        return redirect("admin:invoices_invoice_change", made.invoice.pk)
    day = local_date(request.now)
    obstacle = selectors.why_not_correct(invoice, on=day, by_staff=True)
    obstacle = obstacle or selectors.why_not_with(invoice, invoice.customer, on=day)
    if request.method == "POST" and obstacle is None:
        return _correct(request, invoice)
    context: dict[str, Any] = {
        "invoice": invoice,
        "customer": invoice.customer,
        "total": Money(invoice.total_cents),
        "old": Buyer.thawed(invoice.buyer),
        "new": copy_buyer(invoice.customer),
        "today": day,
        "due": max(invoice.due_date, day) if invoice.due_date else day,
        "obstacle": obstacle,
    }
    title = _("Correct the invoice %(number)s") % {"number": invoice.number}
    return staff_page(request, "staff/correct_invoice.html", title, **context)


def _invoice(number: str) -> Invoice:
    try:
        invoice = selectors.invoice_by_number(number)
    except Invoice.DoesNotExist:
        raise Http404 from None
    if invoice.is_credit_note:
        raise Http404
    return invoice


def _issue(request: UserRequest, invoice: Invoice, asked: list[TakenBack], form: CreditForm) -> HttpResponse:
    said = form.cleaned_data
    wanted = Request(said["reason"], said["key"], FreedMoney(said["freed_money"]), f"user:{request.user.pk}")
    return _issued(request, services.issue_credit_note(invoice, asked, wanted, at=request.now))


def _issued(request: UserRequest, note: Invoice) -> HttpResponse:
    messages.success(request, _("The credit note %(number)s is issued.") % {"number": note.number})
    return redirect("admin:invoices_invoice_change", note.pk)


def _correct(request: UserRequest, invoice: Invoice) -> HttpResponse:
    try:
        made = services.correct_buyer(invoice, at=request.now, actor=f"user:{request.user.pk}", by_staff=True)
    except (services.CannotCorrect, services.DateBeforeLast, NoSeller) as refusal:
        messages.error(request, _("Nothing was issued. %(reason)s") % {"reason": refusal})
        return redirect("staff:correct_invoice", invoice.number)
    said = _("The invoice %(new)s replaces %(old)s, which the credit note %(note)s takes back.")
    values = {"new": made.invoice.number, "old": invoice.number, "note": made.credit_note.number}
    messages.success(request, said % values)
    return redirect("admin:invoices_invoice_change", made.invoice.pk)


def _page(
    request: UserRequest,
    invoice: Invoice,
    left: Left,
    form: CreditForm,
    lines: Any,
    *,
    taken: Taken | None = None,
    status: int = 200,
) -> HttpResponse:
    open_now = selectors.open_amount(invoice) or ZERO
    context = {
        "invoice": invoice,
        "customer": invoice.customer,
        "left": left.total,
        "open": open_now,
        "form": form,
        "lines": lines,
        "hidden": max(len(left.open_lines) - MOST_LINES, 0),
        "taken": taken,
        "taken_lines": taken.lines[:MOST_LINES] if taken else [],
        "freed": max(taken.total - open_now, ZERO) if taken else ZERO,
    }
    title = _("Credit note on %(number)s") % {"number": invoice.number}
    return staff_page(request, "staff/credit_note.html", title, status=status, **context)


def _looked(form: CreditForm, taken: Taken, *, everything: bool) -> CreditForm:
    """The same form, which remembers the total that the page shows, and whether it is all of more lines than that."""
    return CreditForm({**form.cleaned_data, "looked": taken.total.cents, "everything": "on" if everything else ""})


def _with(lines: Any, asked: list[TakenBack], left: Left) -> Any:
    """The forms of the lines, each with what is asked of it: "all" ticks every line."""
    posted = {name: value for name, value in lines.data.items() if not name.endswith("-whole")}
    whole = {one.position for one in asked if one.quantity is None and one.amount is None}
    for form in lines:
        if form.cleaned_data["position"] in whole:
            posted[form.add_prefix("whole")] = "on"
            posted[form.add_prefix("quantity")] = posted[form.add_prefix("amount")] = ""
    return taken_forms(left.open_lines, posted)
