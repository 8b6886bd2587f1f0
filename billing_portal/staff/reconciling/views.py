"""The page: a lot of lines, fifty at a time, and beside it the line that is open."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.core.paginator import Paginator
from django.http import Http404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.permissions import staff_required
from bank import selectors, services
from bank.models import LineWork
from billing_portal.staff.reconciling.access import decides, may_look
from billing_portal.staff.reconciling.lots import STATES, TITLES, Lot, View, how_many, tabs
from billing_portal.staff.reconciling.modes import Mode, blank_form
from billing_portal.staff.reconciling.presenting import Panel, listed, panel_of
from billing_portal.staff.views import staff_page

if TYPE_CHECKING:
    from django import forms
    from django.http import HttpResponse

    from accounts.permissions import UserRequest
    from bank.models import LineGlance

ON_A_PAGE: Final = 50
VERBS: Final = (
    *("accept", "credit", "split", "documents", "ignore", "book", "fee", "choose"),
    *("apart", "flag", "note", "undo"),
)
_STATEMENTS: Final = 30
_MINE: Final = timedelta(hours=12)
_FIRST: Final = (Lot.SURE, Lot.CHOOSE, Lot.MANY, Lot.NONE, Lot.OUT)


@staff_required
@may_look
@require_safe
def reconcile(request: UserRequest) -> HttpResponse:
    """A lot of lines, and one of them."""
    line = request.GET.get("line", "")
    return page(request, line_id=int(line) if line.isascii() and line.isdigit() and len(line) < 15 else None)  # noqa: PLR2004


def page(
    request: UserRequest, *, line_id: int | None, mode: str = "", form: forms.Form | None = None, status: int = 200
) -> HttpResponse:
    """The page; with a form that was refused, in its mode, as it was typed."""
    view = View.read(request.GET)
    counted = selectors.count_lines(view.wanted)
    if "lot" not in request.GET:
        first = next((lot for lot in _FIRST if counted.of(STATES[lot])), Lot.SURE)
        view = replace(view, lot=first)
    statements = selectors.recent_statements(_STATEMENTS)
    pages = Paginator(selectors.lines_wanted(view.wanted), ON_A_PAGE)
    if (known := how_many(view, counted)) is not None and not view.typed:
        pages.count = known  # counted with the tabs: not a second time
    shown = pages.get_page(view.page)
    found = listed(list(shown), user_id=request.user.pk, at=request.now)
    may = decides(request)
    mine = selectors.last_decision_of(request.user, since=request.now - _MINE) if may else None
    return staff_page(
        request,
        "staff/reconciling/page.html",
        _("Reconciliation"),
        status=status,
        view=view,
        tabs=tabs(view, counted),
        lot_title=TITLES[view.lot],
        counted=counted,
        statements=statements,
        statement=next((each for each in statements if each.pk == view.statement_id), None),
        accounts=list({each.account_id: each.account for each in statements}.values()),
        page=shown,
        lines=[(each, view.address(each.work.pk)) for each in found],
        may_decide=may,
        may_return=may and request.user.has_perm("bank.add_transferorder"),
        picks=may and view.lot == Lot.SURE,
        mine=mine,
        mine_address=view.address(mine.line_id, mode=Mode.UNDO) if mine else "",
        **_open_line(request, view, line_id, may=may, mode=mode, form=form),
    )


def _open_line(
    request: UserRequest, view: View, line_id: int | None, *, may: bool, mode: str, form: forms.Form | None
) -> dict[str, Any]:
    """What the page shows of the line that is open; nothing when none is."""
    if line_id is None:
        return {"panel": None}
    find = request.GET.get("find", "").strip()[:100]
    panel = _panel(request, line_id, find, may=may)
    wanted_mode = mode or request.GET.get("mode", "")
    if may and form is None:
        form = blank_form(wanted_mode, panel, request.GET)
    return {
        "panel": panel,
        "find": find,
        "form": form,
        "mode": wanted_mode if form is not None else "",
        "modes": {each.value: view.address(line_id, mode=each.value) for each in Mode},
        "back": view.address(line_id),
        "version": request.POST.get("version", panel.work.version) if form and form.is_bound else panel.work.version,
        "verbs": _verbs(view, panel),
        "view_fields": view.fields(line_id),
    }


def _panel(request: UserRequest, line_id: int, find: str, *, may: bool) -> Panel:
    try:
        other = _look(request, line_id) if may else None
        return panel_of(line_id, find=find, other=other, at=request.now)
    except LineWork.DoesNotExist:
        raise Http404 from None


def _look(request: UserRequest, line_id: int) -> LineGlance | None:
    """Note who looks; who else does, if somebody."""
    if not LineWork.objects.filter(pk=line_id).exists():
        raise LineWork.DoesNotExist
    seen = services.glance(line_id, by=request.user, at=request.now)
    return None if seen.by_id == request.user.pk else seen


def _verbs(view: View, panel: Panel) -> dict[str, str]:
    names = (
        "accept",
        "credit",
        "split",
        "documents",
        "ignore",
        "book",
        "fee",
        "choose",
        "apart",
        "flag",
        "note",
        "undo",
    )
    return {name: view.verb(f"reconcile_{name}", panel.work.pk) for name in names}
