"""Pages of staff about money that goes back by transfer: order it, put the orders in a file, give it to the bank."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import staff_required
from bank import selectors
from bank.models import BankLine, OrderState, TransferFile, TransferOrder
from bank.services import AlreadyDecided, transferring
from bank.services.transferring import OrderWish
from billing_portal.staff.refund_forms import at_most
from billing_portal.staff.transfer_forms import AgreementForm, ReasonForm, RefusedForm, TransferRefundForm
from billing_portal.staff.views import form_page, staff_page
from core.downloads import CONTENT_TYPES, download_headers
from core.formats import money_text
from core.money import Money
from invoices.archive import ArchiveDamaged
from ledger import selectors as books

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from django.utils.functional import _StrPromise

    from accounts.permissions import UserRequest

_may_look = permission_required("bank.view_transferorder", raise_exception=True)
_may_order = permission_required("bank.add_transferorder", raise_exception=True)
_may_file = permission_required("bank.add_transferfile", raise_exception=True)
_ON_A_PAGE: Final = 100
_TAGS: Final = {
    OrderState.ORDERED: "due",
    OrderState.WAITING: "due",
    OrderState.FILED: "wait",
    OrderState.BOOKED: "ok",
    OrderState.RETURNED: "late",
    OrderState.REFUSED: "late",
    OrderState.CANCELLED: "wait",
}
_FILE_STEPS: Final[Mapping[str, _StrPromise]] = {
    "written": gettext_lazy("Written and kept"),
    "downloaded": gettext_lazy("Downloaded"),
    "given to the bank": gettext_lazy("Given to the bank"),
    "answered": gettext_lazy("Answered by the bank"),
}


@staff_required
@_may_look
@require_safe
def transfer_order(request: UserRequest, public_id: UUID) -> HttpResponse:
    """One order: where the money goes and why, where it stands, and what may be done now."""
    found = get_object_or_404(selectors.orders(), public_id=public_id)
    return staff_page(
        request,
        "staff/transfer_order.html",
        _("Transfer %(reference)s") % {"reference": found},
        order=found,
        tag=_TAGS[OrderState(found.state)],
        steps=[(OrderState(step.to_state).label, step) for step in selectors.history_of_order(found)],
        may_give_up=found.state in (OrderState.ORDERED, OrderState.WAITING),
        may_refuse=found.state == OrderState.FILED,
    )


@staff_required
@_may_order
@require_POST
def give_up_order(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Give up an order that is in no file."""
    found = get_object_or_404(TransferOrder, public_id=public_id)
    if transferring.cancel_order(found.pk, by=request.user, at=request.now).state == OrderState.CANCELLED:
        messages.success(request, _("The transfer is given up. Its money is free again."))
    else:
        messages.error(request, _("Nothing was changed: the transfer is in a file that the bank may have."))
    return redirect("staff:transfer_order", public_id)


@staff_required
@_may_order
@require_http_methods(["GET", "HEAD", "POST"])
def refuse_order(request: UserRequest, public_id: UUID) -> HttpResponse:
    """The bank said that it will not make a transfer: by telephone, or on paper."""
    found = get_object_or_404(TransferOrder, public_id=public_id)
    form = RefusedForm(request.POST or None)
    if form.is_valid():
        transferring.refuse_order(found.pk, reason=form.cleaned_data["reason"], by=request.user, at=request.now)
        return redirect("staff:transfer_order", public_id)
    note = _("Only when the bank itself said so: the money is free again, and may be sent another time.")
    return form_page(request, form, title=_("The bank refused this transfer"), button=_("Note it"), note=note)


@staff_required
@_may_order
@require_http_methods(["GET", "HEAD", "POST"])
def return_line(request: UserRequest, line_id: int) -> HttpResponse:
    """Send the money of a line that nobody knows back to its sender."""
    line = get_object_or_404(BankLine.objects.select_related("work", "party_account"), pk=line_id)
    form = ReasonForm(request.POST or None, version=line.work.version)
    if form.is_valid():
        wish = OrderWish(request.user, form.cleaned_data["reason"], form.cleaned_data["request_id"])
        try:
            made = transferring.order_return(line.pk, version=form.cleaned_data["version"], wish=wish, at=request.now)
        except transferring.NotOrderable:
            form.add_error(None, _("The bank told no account that a SEPA transfer reaches. Ask the sender’s bank."))
        except AlreadyDecided:
            form.add_error(None, _("Somebody decided about this line before you. Look at it again."))
        else:
            return redirect("staff:transfer_order", made.public_id)
    words = {"amount": money_text(line.amount), "name": line.party_name or "–", "account": line.party_account or "–"}
    note = _("%(amount)s go back to %(name)s, account %(account)s: the one that it came from.") % words
    return form_page(request, form, title=_("Return to its sender"), button=_("Order the transfer"), note=note)


@staff_required
@_may_order
@require_http_methods(["GET", "HEAD", "POST"])
def refund_by_transfer(request: UserRequest, lot_id: int) -> HttpResponse:
    """Give money of a transfer back to the account that it came from. `?reserve=` is money kept for decision."""
    hold = request.GET.get("reserve", "")
    try:
        lot = books.get_lot(lot_id)
    except LookupError as unknown:
        raise Http404 from unknown
    owner = books.owner_of(lot_id)
    limit = transferring.limit_of_transfer(lot, customer_id=owner, at=request.now, of_hold=hold)
    if limit.account is None:
        raise Http404
    form = TransferRefundForm(request.POST or None, limit=limit)
    if form.is_valid():
        wish = OrderWish(request.user, form.cleaned_data["reason"], form.cleaned_data["request_id"])
        try:
            made = transferring.order_refund(lot_id, form.money, wish=wish, of_hold=hold, at=request.now)
        except transferring.NotOrderable as refusal:
            form.add_error("amount", at_most(refusal.most, refusal.why))
        else:
            return redirect("staff:transfer_order", made.public_id)
    note = _("It goes to the account that it came from: %(account)s. Overdue documents are paid first.") % {
        "account": limit.account
    }
    return form_page(request, form, title=_("Give back by transfer"), button=_("Order the transfer"), note=note)


@staff_required
@_may_look
@require_safe
def kept_for_decision(request: UserRequest) -> HttpResponse:
    """What public bodies paid too much, oldest first, each with the two ways out."""
    rows = [(kept, urlencode({"reserve": kept.hold_key})) for kept in selectors.kept_for_decision()]
    return staff_page(request, "staff/kept_for_decision.html", _("Overpayments of public bodies"), rows=rows)


@staff_required
@_may_order
@require_http_methods(["GET", "HEAD", "POST"])
def leave_kept(request: UserRequest) -> HttpResponse:
    """Leave an overpayment on the account, by the body’s written agreement."""
    hold = request.GET.get("reserve", "")
    kept = next((each for each in selectors.kept_for_decision() if each.hold_key == hold), None)
    if kept is None:
        raise Http404
    form = AgreementForm(request.POST or None)
    if form.is_valid():
        transferring.leave_kept_money(hold, **form.cleaned_data, by=request.user, at=request.now)
        messages.success(request, _("The money stays on the account and pays what may be paid."))
        return redirect("staff:kept_for_decision")
    words = {"amount": money_text(kept.amount), "customer": kept.customer}
    note = _("%(amount)s of %(customer)s. Without a written agreement it goes back to the account it came from.")
    return form_page(request, form, title=_("Leave the money by agreement"), button=_("Leave it"), note=note % words)


@staff_required
@_may_file
@require_http_methods(["GET", "HEAD", "POST"])
def make_transfers(request: UserRequest) -> HttpResponse:
    """GET lists what would be in the next file of transfers; POST writes it."""
    if request.method == "POST":
        return _make(request)
    waiting = selectors.orders_to_file()
    total = Money(sum(waiting.values_list("amount_cents", flat=True)))
    page = Paginator(waiting, _ON_A_PAGE).get_page(request.GET.get("page"))
    return staff_page(
        request,
        "staff/make_transfers.html",
        _("The file of transfers"),
        page=page,
        total=total,
        first_day=transferring.first_day(at=request.now),
    )


@staff_required
@_may_look
@require_safe
def transfer_file(request: UserRequest, public_id: UUID) -> HttpResponse:
    """One file: its totals, what became of each transfer, its history, and what may be done now."""
    found = get_object_or_404(TransferFile.objects.select_related("created_by"), public_id=public_id)
    rows = found.orders.select_related("party_account", "customer").order_by("pk")
    return staff_page(
        request,
        "staff/transfer_file.html",
        _("File %(message)s") % {"message": found},
        file=found,
        page=Paginator(rows, _ON_A_PAGE).get_page(request.GET.get("page")),
        steps=[(_FILE_STEPS[step.name], step) for step in found.events.select_related("actor").order_by("pk")],
    )


@staff_required
@_may_file
@require_POST
def take_transfer_file(request: UserRequest, public_id: UUID) -> HttpResponse:
    """The bytes as they were written, kept by nobody on the way; the history says who took them."""
    found = get_object_or_404(TransferFile, public_id=public_id)
    try:
        content = transferring.take_transfer_file(found.pk, by=request.user, at=request.now)
    except ArchiveDamaged:
        messages.error(
            request, _("The archive does not give this file as it was kept. Look at « Series and archive ».")
        )
        return redirect("staff:transfer_file", public_id)
    headers = download_headers(CONTENT_TYPES["xml"], transferring.name_of_transfer_file(found))
    return HttpResponse(content, headers=headers | {"Cache-Control": "no-store"})


@staff_required
@_may_file
@require_POST
def hand_over_transfers(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Somebody gave it to the bank."""
    found = get_object_or_404(TransferFile, public_id=public_id)
    transferring.hand_over_transfer_file(found.pk, by=request.user, at=request.now)
    messages.success(request, _("%(message)s: noted as given to the bank.") % {"message": found})
    return redirect("staff:transfer_file", public_id)


def _make(request: UserRequest) -> HttpResponse:
    try:
        made = transferring.make_transfer_file(at=request.now, by=request.user)
    except transferring.CannotTransfer as refusal:
        words = _("No file was written and nothing was sent: the bank would refuse our own identity (%(faults)s).")
        messages.error(request, words % {"faults": refusal})
        return redirect("staff:make_transfers")
    if made is None:
        messages.info(request, _("No transfer is ordered: no file was written."))
        return redirect("staff:make_transfers")
    return redirect("staff:transfer_file", made.public_id)
