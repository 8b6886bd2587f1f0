"""Many sure lines at once: see what would be credited to whom, confirm, watch it being done, undo it as a whole."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import selectors as accounts
from accounts.permissions import staff_required
from bank import selectors, services
from bank.services import MOST_AT_ONCE, BadDecision, Picked
from bank.services.bulk import ACCEPT_MANY, UNDO_MANY
from billing_portal.staff.reconciling.access import decides, may_decide, may_look
from billing_portal.staff.reconciling.forms import ReasonForm
from billing_portal.staff.reconciling.lots import Lot, View
from billing_portal.staff.reconciling.words import decision_words
from billing_portal.staff.views import UNPROCESSABLE, staff_page
from core.money import Money
from outbox.models import Job, JobState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django import forms
    from django.http import HttpResponse

    from accounts.models import Customer
    from accounts.permissions import UserRequest
    from bank.models import LineWork

_BATCH: Final = re.compile(r"[0-9a-f]{32}")
_POLL_SECONDS: Final = 2
_SHOWN: Final = 200


@dataclass(slots=True)
class Part:
    """What one customer would get."""

    customer: Customer
    count: int
    amount: Money


@staff_required
@may_decide
@require_safe
def confirm(request: UserRequest) -> HttpResponse:
    """What would be credited, customer by customer: the lines that were ticked, or all sure ones of the view."""
    view = View.read({**request.GET.dict(), "lot": Lot.SURE.value})
    rows = selectors.lines_wanted(view.wanted)
    ticked = [int(text) for text in request.GET.getlist("pick") if text.isascii() and text.isdigit()]
    works = list((rows.filter(pk__in=ticked) if ticked else rows)[:MOST_AT_ONCE])
    judged = selectors.judgements_of([work.pk for work in works])
    works = [work for work in works if work.pk in judged and judged[work.pk].candidates]
    if not works:
        messages.info(request, _("No sure line is left to accept."))
        return redirect(view.address())
    lines = " ".join(f"{work.pk}:{work.version}:{judged[work.pk].pk}" for work in works)
    return staff_page(
        request,
        "staff/reconciling/confirm.html",
        _("Accept several lines"),
        view=view,
        back=view.address(),
        count=len(works),
        total=Money(sum(work.line.amount_cents for work in works)),
        parts=_parts(works),
        lines=lines,
        batch=uuid4().hex,
    )


@staff_required
@may_decide
@require_POST
def accept_many(request: UserRequest) -> HttpResponse:
    """Ask for it: one job, each line in a transaction of its own. A second click asks for nothing more."""
    batch = request.POST.get("batch", "")
    picked = [Picked(*map(int, each)) for each in re.findall(r"(\d{1,15}):(\d{1,9}):(\d{1,15})", request.POST["lines"])]
    if not _BATCH.fullmatch(batch) or not picked:
        raise Http404
    services.ask_accept(picked, batch=batch, by=request.user, language=get_language() or "fr", at=request.now)
    return redirect("staff:reconcile_batch", batch)


@staff_required
@may_look
@require_safe
def batch_page(request: UserRequest, batch: str) -> HttpResponse:
    """How far it is, what was credited, what was left and why."""
    return _batch_page(request, batch)


@staff_required
@may_decide
@require_POST
def undo_batch(request: UserRequest, batch: str) -> HttpResponse:
    """Undo everything of a batch that stands, with a reason."""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _batch_page(request, batch, form, status=UNPROCESSABLE)
    try:
        services.ask_undo(
            batch,
            reason=form.cleaned_data["reason"],
            by=request.user,
            language=get_language() or "fr",
            at=request.now,
        )
    except BadDecision as refusal:
        form.add_error("reason", str(refusal))
        return _batch_page(request, batch, form, status=UNPROCESSABLE)
    return redirect("staff:reconcile_batch", batch)


def _batch_page(request: UserRequest, batch: str, form: forms.Form | None = None, *, status: int = 200) -> HttpResponse:
    accepting = Job.objects.filter(kind=ACCEPT_MANY, key=f"{ACCEPT_MANY}:{batch}").first()
    if accepting is None:
        raise Http404
    undoing = Job.objects.filter(kind=UNDO_MANY, key__startswith=f"{UNDO_MANY}:{batch}:").order_by("-pk").first()
    jobs = [job for job in (accepting, undoing) if job is not None]
    decisions = selectors.batch_of(batch)
    standing = [each for each in decisions if not hasattr(each, "undone")]
    is_running = any(job.state in {JobState.WAITING, JobState.RUNNING} for job in jobs)
    view = View()
    return staff_page(
        request,
        "staff/reconciling/batch.html",
        _("Lines accepted together"),
        status=status,
        accepting=accepting,
        undoing=undoing,
        jobs=jobs,
        poll=_POLL_SECONDS if is_running else None,
        standing=len(standing),
        total=Money(sum(each.line.amount_cents for each in standing)),
        decisions=[(each, decision_words(each), view.address(each.line_id)) for each in decisions[:_SHOWN]],
        skipped=[
            (line_id, why, view.address(line_id)) for job in jobs for line_id, why in job.result.get("skipped", ())
        ],
        may_undo=decides(request) and bool(standing) and not is_running,
        form=form or ReasonForm(),
        batch=batch,
        back=view.address(),
    )


def _parts(works: Sequence[LineWork]) -> list[Part]:
    """Who would get how much, the largest first."""
    gains: dict[int, list[int]] = {}
    for work in works:
        for part in work.candidates[0]["parts"]:  # type: ignore[attr-defined]
            gains.setdefault(part["customer"], []).append(part["cents"])
    customers = {each.pk: each for each in accounts.customers_numbered((), gains.keys())}
    found = [Part(customers[key], len(cents), Money(sum(cents))) for key, cents in gains.items() if key in customers]
    return sorted(found, key=lambda part: (-part.amount.cents, part.customer.name))
