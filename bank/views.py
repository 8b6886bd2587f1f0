"""The pages of paying by transfer: where to send the money, a slip to print, and a word when it was sent."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import Permission, require_permission
from bank import services
from bank.models import AnnouncedTransfer
from bank.presenting import announce_form, open_items_of, page_context, target_of
from bank.selectors import get_announced
from bank.slips import slip_pdf
from core.downloads import download_headers
from core.formats import day_text
from core.throttle import may_go_on

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.permissions import CustomerRequest
    from bank.forms import AnnounceForm

_SLIPS_A_MINUTE: Final = 6


@require_permission(Permission.SEE)
@require_safe
def transfer(request: CustomerRequest) -> HttpResponse:
    """The account, the reference, the amount, the code to scan; and the transfers that were announced."""
    return render(request, "bank/transfer.html", page_context(request.customer, request.GET, at=request.now))


@require_permission(Permission.SEE)
@require_safe
def slip(request: CustomerRequest) -> HttpResponse:
    """The transfer order to print, made when it is asked for and kept nowhere."""
    if not may_go_on("slips", request.customer.number, per_minute=_SLIPS_A_MINUTE, at=request.now):
        return render(request, "429.html", status=HTTPStatus.TOO_MANY_REQUESTS)
    target = target_of(request.GET, open_items_of(request.customer))
    name = f"ordre-de-virement-{request.customer.reference.compact}.pdf"
    content = slip_pdf(request.customer, target, at=request.now)
    return HttpResponse(content, headers=download_headers("application/pdf", name))


@require_permission(Permission.PAY)
@require_POST
def announce(request: CustomerRequest) -> HttpResponse:
    """A transfer was sent, or will be."""
    items = open_items_of(request.customer)
    form = announce_form(request.customer, items, target_of({}, items), at=request.now, answers=request.POST)
    if not form.is_valid():
        return _again(request, form)
    try:
        said = services.announce(request.customer, form.announcement, by=request.user, at=request.now)
    except services.NotAnnounceable as refusal:
        _say(form, refusal)
        return _again(request, form)
    words = {"day": day_text(said.waits_until)}
    messages.success(request, _("Noted. We write to you when it comes, and wait for it until %(day)s.") % words)
    return redirect("bank:transfer")


@require_permission(Permission.PAY)
@require_POST
def withdraw(request: CustomerRequest, public_id: UUID) -> HttpResponse:
    """It was not sent, and will not be."""
    try:
        announced = get_announced(request.customer, public_id)
    except AnnouncedTransfer.DoesNotExist:
        raise Http404 from None
    try:
        services.withdraw_announced(announced.pk, by=request.user, at=request.now)
    except services.NotWithdrawable:
        messages.error(request, _("Nothing was changed: this transfer is not waited for any more."))
    else:
        messages.success(request, _("Your announcement is taken back. What is due is still due."))
    return redirect("bank:transfer")


def _again(request: CustomerRequest, form: AnnounceForm) -> HttpResponse:
    page = page_context(request.customer, {}, at=request.now, form=form)
    return render(request, "bank/transfer.html", page, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _say(form: AnnounceForm, refusal: services.NotAnnounceable) -> None:
    """Why it was not noted, at the field to correct."""
    if isinstance(refusal, services.DayRefused):
        form.refuse_day(refusal.first, refusal.last)
    elif isinstance(refusal, services.AmountRefused):
        form.add_error("amount", _("Write the amount of the transfer, more than zero."))
    elif isinstance(refusal, services.NotDue):
        form.add_error("documents", _("One of these was paid meanwhile. Choose again."))
    else:
        words = _("Enough transfers are announced for now. Take one back that was not sent, or wait until they come.")
        form.add_error(None, words)
