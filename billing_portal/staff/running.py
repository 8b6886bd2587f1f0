"""Pages of staff about the run of a day: before it starts, while it works, what is not collected; pauses."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import staff_required
from billing_portal.staff.customers import customer_or_404
from billing_portal.staff.debit_forms import PauseForm, ReasonForm
from billing_portal.staff.run_of_day import run_of, uncollected
from billing_portal.staff.views import form_page, staff_page
from core.clock import local_date
from payments import selectors
from payments.selectors import running as questions
from payments.services import collecting
from payments.top_up_rule_presenting import top_up_rule_context

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

    from accounts.models import Customer
    from accounts.permissions import UserRequest
    from payments.models import CollectingRule

_may_look = permission_required("payments.view_debit", raise_exception=True)
_may_start = permission_required("payments.change_debit", raise_exception=True)
_may_pause = permission_required("payments.change_collectingrule", raise_exception=True)
_ON_A_PAGE: Final = 100
_POLL_SECONDS: Final = 3
_SHOWN: Final = 50
_STEPS: Final[Mapping[str, _StrPromise]] = {
    "turned on": gettext_lazy("Turned on"),
    "turned off": gettext_lazy("Turned off"),
    "paused": gettext_lazy("Paused by staff"),
    "resumed": gettext_lazy("Resumed by staff"),
    "top-up rule agreed": gettext_lazy("Top-up rule agreed to"),
    "top-up rule turned off": gettext_lazy("Top-up rule turned off"),
    "top-up rule paused": gettext_lazy("Top-up rule paused by staff"),
    "top-up rule resumed": gettext_lazy("Top-up rule resumed by staff"),
    "debit cancelled": gettext_lazy("Debit cancelled by staff"),
    "begun by staff": gettext_lazy("Debit begun by staff"),
}


@staff_required
@_may_look
@require_safe
def run(request: UserRequest) -> HttpResponse:
    """The debits that begin on a day: today unless another one to come is asked for."""
    today = local_date(request.now)
    day = _asked_day(request.GET.get("day", ""), today)
    context: dict[str, Any] = run_of(day, today=today)
    busy = context["working"]["waiting"] + context["working"]["running"]
    context["page"] = Paginator(context.pop("rows"), _ON_A_PAGE).get_page(request.GET.get("page"))
    context["poll"] = _POLL_SECONDS if busy and day == today else None
    return staff_page(request, "staff/run.html", _("Run of the day"), **context)


@staff_required
@_may_start
@require_POST
def start_now(request: UserRequest) -> HttpResponse:
    """Begin what is due today without waiting for the next turn. Twice in a minute is once."""
    asked = collecting.begin_now(by=request.user, at=request.now)
    if asked:
        words = ngettext("%(count)d debit is being begun.", "%(count)d debits are being begun.", asked)
        messages.success(request, words % {"count": asked})
    else:
        messages.info(request, _("Nothing is due to begin now."))
    return redirect("staff:run")


@staff_required
@_may_look
@require_safe
def exceptions(request: UserRequest) -> HttpResponse:
    """What is due of customers who are debited by themselves and that no debit brings; and debits without an answer."""
    today = local_date(request.now)
    until = today + timedelta(days=1)
    rows = uncollected(today=today, until=until)
    return staff_page(
        request,
        "staff/run_exceptions.html",
        _("Not collected by itself"),
        page=Paginator(rows, _ON_A_PAGE).get_page(request.GET.get("page")),
        count=len(rows),
        total=sum((row.amount.cents for row in rows), 0),
        silent=list(questions.silent_debits(before=today - timedelta(days=1))[:_SHOWN]),
    )


@staff_required
@_may_look
@require_safe
def collecting_of(request: UserRequest, number: str) -> HttpResponse:
    """Automatic collection of a customer: on which terms, paused or not, what stands, and who did what."""
    customer = customer_or_404(number)
    rule = selectors.rule_of(customer)
    return staff_page(
        request,
        "staff/collecting.html",
        _("Automatic payment of %(customer)s") % {"customer": customer.name},
        customer=customer,
        rule=rule,
        is_paused=rule is not None and selectors.is_paused(rule, on=local_date(request.now)),
        debits=selectors.debits_of(customer)[:_SHOWN],
        **top_up_rule_context(customer, request.now),
        steps=[(_STEPS.get(step.name, step.name), step) for step in _history(customer)],
    )


@staff_required
@_may_pause
@require_http_methods(["GET", "HEAD", "POST"])
def pause(request: UserRequest, number: str) -> HttpResponse:
    """Nothing of this customer is planned or begun before a day, for a reason."""
    customer = customer_or_404(number)
    _rule(customer)
    form = PauseForm(request.POST if request.method == "POST" else None, today=local_date(request.now))
    if form.is_valid():
        until, because = form.cleaned_data["until"], form.cleaned_data["reason"]
        collecting.pause(customer, until=until, because=because, actor=request.user, at=request.now)
        messages.success(request, _("Nothing of this customer is debited by itself before that day."))
        return redirect("staff:collecting", customer.number)
    note = _(
        "What is in flight ends as its bank says. What is due stays due; announced debits wait and are begun later."
    )
    return form_page(request, form, title=_("Pause %(name)s") % {"name": customer.name}, button=_("Pause"), note=note)


@staff_required
@_may_pause
@require_http_methods(["GET", "HEAD", "POST"])
def resume(request: UserRequest, number: str) -> HttpResponse:
    """End a pause at once, for a reason."""
    customer = customer_or_404(number)
    if _rule(customer).paused_until is None:
        raise Http404
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        because = form.cleaned_data["reason"]
        collecting.pause(customer, until=None, because=because, actor=request.user, at=request.now)
        messages.success(request, _("Debits of this customer go on with the next turn."))
        return redirect("staff:collecting", customer.number)
    note = _("Debits whose day has passed meanwhile are begun with the next turn.")
    return form_page(request, form, title=_("Resume %(name)s") % {"name": customer.name}, button=_("Resume"), note=note)


def _asked_day(typed: str, today: date) -> date:
    """A day to come; today for anything else."""
    try:
        return max(date.fromisoformat(typed), today)
    except ValueError:
        return today


def _rule(customer: Customer) -> CollectingRule:
    rule = selectors.rule_of(customer)
    if rule is None:
        raise Http404
    return rule


def _history(customer: Customer) -> list[Any]:
    return list(customer.collecting_events.select_related("actor").order_by("-pk")[:_SHOWN])
