"""Pages of staff that give money back: choose, confirm, follow. No step needs a script.

The summary carries an id of its own, so that sending it twice (a second click, a reload) is one refund; and how many
refunds of the payment it showed, so that nobody refunds what a colleague has just refunded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.models import Customer
from accounts.permissions import staff_required
from bank.services import transferring
from billing_portal.staff.customers import customer_or_404
from billing_portal.staff.refund_forms import KEPT, WHY, RefundForm, at_most
from billing_portal.staff.views import UNPROCESSABLE, staff_page
from core.clock import local_date
from core.formats import money_text
from core.money import ZERO
from ledger import selectors as ledger
from payments import selectors, services
from payments.models import Refund, RefundEvent, RefundStatus
from payments.wiring import gateway_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.utils.functional import _StrPromise

    from accounts.permissions import UserRequest
    from payments.selectors import Refundable

_NOTES: Final[Mapping[str, _StrPromise]] = {
    "seen at the provider": gettext_lazy("Seen at the provider"),
    "answer set aside": gettext_lazy("An answer that does not fit was set aside"),
    "looked after": gettext_lazy("Looked after"),
    "approved": gettext_lazy("Approved"),
}
_may_look = permission_required("payments.view_refund", raise_exception=True)
_may_refund = permission_required("payments.add_refund", raise_exception=True)


@staff_required
@_may_refund
def write_refund(request: UserRequest, number: str) -> HttpResponse:
    """Which money, how much, why; then a summary; then it is asked for. `?reserve=` is a credit note's hold."""
    customer = customer_or_404(number)
    hold = request.GET.get("reserve", "")
    offered = _offered(customer, hold, request=request)
    form = RefundForm(request.POST or None, offered=offered)
    if not form.is_bound:
        return _form_page(request, customer, form, offered)
    if not form.is_valid():
        return _form_page(request, customer, form, offered, status=UNPROCESSABLE)
    if not form.cleaned_data["confirmed"]:
        return _summary(request, customer, form)
    try:
        asked = services.request_refund(_wish(request, form, hold), at=request.now)
    except services.NotRefundable as refusal:
        form.add_error("amount", at_most(refusal.most, refusal.why))
    except services.Overtaken as told:
        form.add_error(None, _overtaken(told.last))
    else:
        return redirect("staff:refund", asked.public_id)
    return _form_page(request, customer, form, offered, status=UNPROCESSABLE)


@staff_required
@_may_look
def kept_money(request: UserRequest) -> HttpResponse:
    """What credit notes keep for its return, oldest first, each with the way to give it back."""
    kept = ledger.kept_money(KEPT)
    owners = Customer.objects.in_bulk([each.customer_id for each in kept])
    rows = [(owners[each.customer_id], each, each.key.split(":")[1], urlencode({"reserve": each.key})) for each in kept]
    return staff_page(request, "staff/kept_money.html", _("Money of credit notes to give back"), rows=rows)


@staff_required
@_may_look
def refund(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Where a refund stands, and what may be done about it."""
    found = _found(public_id)
    context: dict[str, Any] = {
        "refund": found,
        "steps": [(_step_words(step), step) for step in selectors.history_of_refund(found)],
        "follow": found.status in (RefundStatus.ASKED, RefundStatus.SENT),
        "may_give_up": found.status in (RefundStatus.ASKED, RefundStatus.WAITING),
        "may_ask": found.status in (RefundStatus.SENT, RefundStatus.UNKNOWN, RefundStatus.PENDING),
        "to_look_after": found.status == RefundStatus.FAILED and found.handled_by is None,
    }
    return staff_page(request, "staff/refund.html", _("Refund %(reference)s") % {"reference": found}, **context)


@staff_required
@_may_refund
@require_POST
def give_up(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Give up a refund that has not left."""
    given_up = services.cancel_refund(_found(public_id).pk, by=request.user, at=request.now)
    if given_up.status == RefundStatus.CANCELLED:
        messages.success(request, _("The refund is given up. The money is on the account."))
    else:
        messages.error(request, _("Nothing was changed: the refund had left already."))
    return redirect("staff:refund", public_id)


@staff_required
@_may_refund
@require_POST
def ask_again(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Do not wait for the next turn."""
    found = _found(public_id)
    services.ask_refund(found.pk, gateway=gateway_for(found.provider), at=request.now)
    messages.info(request, _("The provider was asked."))
    return redirect("staff:refund", public_id)


@staff_required
@_may_refund
@require_POST
def look_after(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Take a failed refund off the list of what waits."""
    services.look_after(_found(public_id).pk, by=request.user, at=request.now)
    return redirect("staff:refund", public_id)


def _step_words(step: RefundEvent) -> str:
    """A step in the reader's language: the status that it led to, or what was noted."""
    return str(_NOTES.get(step.name) or RefundStatus(step.to_status).label)


def _found(public_id: UUID) -> Refund:
    try:
        return selectors.get_refund(public_id)
    except Refund.DoesNotExist:
        raise Http404 from None


def _offered(customer: Customer, hold: str, *, request: UserRequest) -> list[Refundable]:
    """The money that may go back; only what the credit note keeps, when it is about that."""
    if not hold:
        return selectors.refundable_lots(customer, at=request.now)
    kept = [each for each in ledger.lots_of(customer.pk) if hold in ledger.holds_on(each.id)]
    return [selectors.limit_of(lot, customer_id=customer.pk, at=request.now, of_hold=hold) for lot in kept]


def _form_page(
    request: UserRequest, customer: Customer, form: RefundForm, offered: Sequence[Refundable], *, status: int = 200
) -> HttpResponse:
    overdue = ledger.overdue_items(customer.pk, on=local_date(request.now))
    context = {
        "customer": customer,
        "form": form,
        "nothing": not form.offered,
        "others": [(each, WHY[each.why]) for each in offered if not each.most],
        "by_transfer": {each.lot.id for each in offered if transferring.sender_of_lot(each.lot) is not None},
        "available": ledger.get_balance(customer.pk).available,
        "late": sum((item.open for item in overdue), ZERO),
    }
    return staff_page(request, "staff/write_refund.html", _("Give money back"), status=status, **context)


def _summary(request: UserRequest, customer: Customer, form: RefundForm) -> HttpResponse:
    """What is about to be done, once more; nothing is written yet."""
    chosen, payment = form.chosen, form.chosen.payment
    if payment is None:
        raise Http404
    before = list(selectors.refunds_of_payment(payment))
    context = {
        "customer": customer,
        "amount": form.money,
        "payment": payment,
        "reason": form.cleaned_data["reason"],
        "fields": form.to_confirm(seen=len(before)).items(),
        "before": before,
        "two_people": selectors.needs_a_second_person(chosen.lot, form.money, customer_id=customer.pk, at=request.now),
        "balance_after": ledger.get_balance(customer.pk).balance - form.money,
    }
    return staff_page(request, "staff/confirm_refund.html", _("Give this money back?"), **context)


def _wish(request: UserRequest, form: RefundForm, hold: str) -> services.RefundWish:
    sent = form.cleaned_data
    more = {"request_id": sent["request_id"]} if sent["request_id"] else {}
    return services.RefundWish(
        sent["lot"], form.money, sent["reason"], request.user, seen=sent["seen"], of_hold=hold, **more
    )


def _overtaken(last: Refund) -> str:
    told = {"who": last.actor or _("Somebody at the provider"), "amount": money_text(last.amount), "refund": last}
    return _("%(who)s refunded %(amount)s of this payment meanwhile (%(refund)s). Look at it before you go on.") % told
