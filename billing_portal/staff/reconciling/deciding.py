"""What people decide about the line that is open. Each form comes back to the next line that waits."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.permissions import staff_required
from bank import selectors, services
from bank.models import LineWork
from bank.services import AlreadyDecided, BadDecision, Handling, NeedsApproval, ShareOf
from billing_portal.staff.reconciling import shares as values
from billing_portal.staff.reconciling.access import may_decide
from billing_portal.staff.reconciling.forms import ROWS, BookForm, NoteForm, ReasonForm, SplitForm
from billing_portal.staff.reconciling.lots import View
from billing_portal.staff.reconciling.modes import Mode, customer_numbered, documents_form
from billing_portal.staff.reconciling.presenting import UNDOABLE
from billing_portal.staff.reconciling.views import page
from billing_portal.staff.reconciling.words import decision_words
from billing_portal.staff.views import UNPROCESSABLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from django import forms
    from django.http import HttpResponse

    from accounts.permissions import UserRequest
    from bank.models import Decision

FEE = "627100"


@staff_required
@may_decide
@require_POST
def accept(request: UserRequest, line_id: int) -> HttpResponse:
    """Credit the line as the chosen candidate says."""
    return _decided(request, line_id, lambda handling: _credit(request, line_id, handling))


@staff_required
@may_decide
@require_POST
def credit(request: UserRequest, line_id: int) -> HttpResponse:
    """Credit the balance of the chosen customer; no document is named."""
    return _decided(request, line_id, lambda handling: _credit(request, line_id, handling, balance_only=True))


@staff_required
@may_decide
@require_POST
def split(request: UserRequest, line_id: int) -> HttpResponse:
    """Credit several customers, as typed; or show more rows."""
    work = _work(line_id)
    rows = _number(request, "rows") or ROWS
    if "more" in request.POST:
        initial = {name: value for name, value in request.POST.items() if isinstance(value, str)}
        form = SplitForm(amount=work.line.amount, rows=rows + ROWS, initial=initial)
        return page(request, line_id=line_id, mode=Mode.SPLIT, form=form)
    form = SplitForm(request.POST, amount=work.line.amount, rows=rows)

    def act(handling: Handling) -> Decision:
        return services.credit_line(line_id, form.shares, handling, at=request.now)

    return _typed(request, work, Mode.SPLIT, form, act)


@staff_required
@may_decide
@require_POST
def documents(request: UserRequest, line_id: int) -> HttpResponse:
    """Credit one customer, and pay the documents that were ticked first."""
    work = _work(line_id)
    customer = customer_numbered(request.POST.get("customer", ""))
    if customer is None:
        raise Http404
    form = documents_form(customer, request.POST)

    def act(handling: Handling) -> Decision:
        share = ShareOf(customer.pk, work.line.amount, tuple(form.cleaned_data["documents"]))
        return services.credit_line(line_id, [share], handling, at=request.now)

    return _typed(request, work, Mode.DOCUMENTS, form, act)


@staff_required
@may_decide
@require_POST
def ignore(request: UserRequest, line_id: int) -> HttpResponse:
    """Leave the line aside, with a reason."""
    act = partial(services.ignore_line, line_id, at=request.now)
    return _typed(request, _work(line_id), Mode.IGNORE, ReasonForm(request.POST), act)


@staff_required
@may_decide
@require_POST
def book(request: UserRequest, line_id: int) -> HttpResponse:
    """Book the whole line on an account of ours, with a reason."""
    form = BookForm(request.POST)

    def act(handling: Handling) -> Decision:
        return services.book_line(line_id, form.cleaned_data["account"], handling, at=request.now)

    return _typed(request, _work(line_id), Mode.BOOK, form, act)


@staff_required
@may_decide
@require_POST
def fee(request: UserRequest, line_id: int) -> HttpResponse:
    """It is a fee of the bank: one click."""

    def act(handling: Handling) -> Decision:
        return services.book_line(line_id, FEE, handling, at=request.now)

    return _decided(request, line_id, act, reason=_("Bank fee"))


@staff_required
@may_decide
@require_POST
def choose(request: UserRequest, line_id: int) -> HttpResponse:
    """It is one of our own transfers, a payout, a recall or a fee, as offered."""
    work = _work(line_id)
    value = request.POST.get("choice", "")
    words = next((each.words for each in services.choices_for(work.line) if each.value == value), "")
    try:
        services.choose(line_id, value, _handling(request, line_id, reason=words), at=request.now)
    except AlreadyDecided as refusal:
        return _too_late(request, line_id, refusal)
    except BadDecision as refusal:
        messages.error(request, str(refusal))
        return redirect(View.read(request.GET).address(line_id))
    return _next(request, work, words)


@staff_required
@may_decide
@require_POST
def apart(request: UserRequest, line_id: int) -> HttpResponse:
    """It is a movement of its own, though another line seemed to tell it already."""
    try:
        services.keep_apart(line_id, _handling(request, line_id), at=request.now)
    except AlreadyDecided as refusal:
        return _too_late(request, line_id, refusal)
    messages.success(request, _("It is a movement of its own now, and waits."))
    return redirect(View.read(request.GET).address(line_id))


@staff_required
@may_decide
@require_POST
def flag(request: UserRequest, line_id: int) -> HttpResponse:
    """Mark the line as to be checked, or take the mark away."""
    work = _work(line_id)
    services.flag_line(line_id, by=request.user, at=request.now, on=work.flagged_at is None)
    words = _("To be checked: marked.") if work.flagged_at is None else _("To be checked: the mark is gone.")
    messages.success(request, words)
    return redirect(View.read(request.GET).address(line_id))


@staff_required
@may_decide
@require_POST
def note(request: UserRequest, line_id: int) -> HttpResponse:
    """Write a note on the line."""
    _work(line_id)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return page(request, line_id=line_id, mode=Mode.NOTE, form=form, status=UNPROCESSABLE)
    services.note_line(line_id, form.cleaned_data["text"], by=request.user, at=request.now)
    messages.success(request, _("The note is written."))
    return redirect(View.read(request.GET).address(line_id))


@staff_required
@may_decide
@require_POST
def undo(request: UserRequest, line_id: int) -> HttpResponse:
    """Undo the decision that was seen, with a reason; in a locked month a second person is asked."""
    _work(line_id)
    form = ReasonForm(request.POST)
    wanted = next((each for each in selectors.decisions_on(line_id) if each.pk == _number(request, "decision")), None)
    if wanted is None or wanted.action not in UNDOABLE:
        raise Http404
    if form.is_valid():
        try:
            services.ask_or_undo(wanted.pk, reason=form.cleaned_data["reason"], by=request.user, at=request.now)
        except NeedsApproval:
            messages.warning(request, _("Its month is locked: a second person was asked. Nothing changes until then."))
            return redirect(View.read(request.GET).address(line_id))
        except AlreadyDecided as refusal:
            return _too_late(request, line_id, refusal)
        except BadDecision as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Undone: the line waits again."))
            return redirect(View.read(request.GET).address(line_id))
    return page(request, line_id=line_id, mode=Mode.UNDO, form=form, status=UNPROCESSABLE)


def _credit(request: UserRequest, line_id: int, handling: Handling, *, balance_only: bool = False) -> Decision:
    chosen = values.read(request.POST.get("candidate", ""))
    if balance_only:
        chosen = values.without_documents(chosen)
    return services.credit_line(line_id, chosen, handling, at=request.now)


def _typed(
    request: UserRequest, work: LineWork, mode: Mode, form: forms.Form, act: Callable[[Handling], Decision]
) -> HttpResponse:
    """Decide by a form; what is refused is said at it, and what was typed stays."""
    if form.is_valid():
        reason = form.cleaned_data.get("reason", "")
        try:
            decision = act(_handling(request, work.pk, reason=reason))
        except AlreadyDecided as refusal:
            return _too_late(request, work.pk, refusal)
        except BadDecision as refusal:
            form.add_error(None, str(refusal))
        else:
            return _next(request, work, decision_words(decision))
    return page(request, line_id=work.pk, mode=mode, form=form, status=UNPROCESSABLE)


def _decided(
    request: UserRequest, line_id: int, act: Callable[[Handling], Decision], *, reason: str = ""
) -> HttpResponse:
    """Decide by one click."""
    work = _work(line_id)
    try:
        decision = act(_handling(request, line_id, reason=reason))
    except AlreadyDecided as refusal:
        return _too_late(request, line_id, refusal)
    except BadDecision as refusal:
        messages.error(request, str(refusal))
        return redirect(View.read(request.GET).address(line_id))
    return _next(request, work, decision_words(decision))


def _next(request: UserRequest, work: LineWork, what: str) -> HttpResponse:
    """To the next line of the lot, and say what became of this one."""
    view = View.read(request.GET)
    left = selectors.count_lines(view.wanted).left
    words = ngettext("Line %(line)s: %(what)s. %(left)s left.", "Line %(line)s: %(what)s. %(left)s left.", left) % {
        "line": work.line.place,
        "what": what,
        "left": left,
    }
    messages.success(request, words)
    return redirect(view.address(selectors.next_line(view.wanted, work)))


def _too_late(request: UserRequest, line_id: int, refusal: AlreadyDecided) -> HttpResponse:
    """Somebody was faster: who, when and what."""
    last = refusal.decision or selectors.last_decision(line_id)
    if last is None:
        words = _("This line changed meanwhile: look at it again. Nothing was done.")
    else:
        words = _("Already done by %(who)s %(seconds)d s ago: %(what)s. Nothing was done twice.") % {
            "who": last.by or _("the rules"),
            "seconds": max(0, int((request.now - last.at).total_seconds())),
            "what": decision_words(last),
        }
    messages.warning(request, words)
    return redirect(View.read(request.GET).address(line_id))


def _handling(request: UserRequest, line_id: int, *, reason: str = "") -> Handling:
    seconds = services.seconds_of(line_id, by=request.user, at=request.now)
    return Handling(request.user, _number(request, "version") or 0, seconds=seconds, reason=reason)


def _work(line_id: int) -> LineWork:
    try:
        return selectors.work_of(line_id)
    except LineWork.DoesNotExist:
        raise Http404 from None


def _number(request: UserRequest, name: str) -> int | None:
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 15 else None  # noqa: PLR2004
