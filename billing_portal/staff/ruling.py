"""Pages of staff about the rules of matching: how well they work, a new version in the shadow, its activation."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import staff_required
from bank import selectors, services
from bank.models import RuleSet
from bank.reasons import LIMITS_IN_WORDS, REASONS
from bank.words import RuleState, Verdict
from billing_portal.staff.ruling_forms import RulesForm
from billing_portal.staff.views import form_page, staff_page
from core.clock import local_date

if TYPE_CHECKING:
    from accounts.permissions import UserRequest

_may_look = permission_required("bank.view_ruleset", raise_exception=True)
_may_change = permission_required("bank.change_ruleset", raise_exception=True)
_PERIOD: Final = timedelta(days=30)
_SHOWN: Final = 50


@staff_required
@_may_look
@require_safe
def rules(request: UserRequest) -> HttpResponse:
    """The figures of the last thirty days, what rests on 471000, and the versions of the rules."""
    figures = selectors.matching_metrics(since=request.now - _PERIOD, until=request.now)
    ages = selectors.suspense_by_age(on=local_date(request.now))
    versions = RuleSet.objects.select_related("made_by", "activated_by").order_by("-version")[:_SHOWN]
    title = _("Rules of matching")
    return staff_page(request, "staff/rules.html", title, figures=figures, ages=ages, versions=versions)


@staff_required
@_may_change
@require_http_methods(["GET", "POST"])
def new_rules(request: UserRequest) -> HttpResponse:
    """Write a new version, which begins in the shadow."""
    form = RulesForm(request.POST or None, active=selectors.active_rules()[0])
    if form.is_valid():
        try:
            note = form.cleaned_data["note"]
            made = services.draft_rules(form.points, form.limits, note=note, by=request.user, at=request.now)
        except services.BadRules as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("staff:rules_version", made.version)
    note = _("Nothing changes yet: the next page shows what these rules would have said of past lines.")
    return form_page(request, form, title=_("New rules of matching"), button=_("Try them in the shadow"), note=note)


@staff_required
@_may_look
@require_safe
def version(request: UserRequest, number: int) -> HttpResponse:
    """One version; a draft with what it would have said of the lines that were credited."""
    row = get_object_or_404(RuleSet.objects.select_related("made_by", "activated_by"), version=number)
    tried = services.shadow(row) if row.state == RuleState.DRAFT else None
    verdicts = [(each.label, tried.before[each], tried.after[each]) for each in Verdict] if tried else []
    title = _("Rules of matching, version %(number)d") % {"number": number}
    return staff_page(
        request, "staff/rules_version.html", title, row=row, tried=tried, verdicts=verdicts, changed=_changed(row)
    )


@staff_required
@_may_change
@require_POST
def activate(request: UserRequest, number: int) -> HttpResponse:
    """Use a draft from now on."""
    row = get_object_or_404(RuleSet, version=number)
    try:
        services.activate_rules(row.pk, seen=request.POST.get("seen", ""), by=request.user, at=request.now)
    except services.BadRules as refusal:
        messages.error(request, str(refusal))
        return redirect("staff:rules_version", number)
    messages.success(request, _("Version %(number)d is used from now on.") % {"number": number})
    return redirect("staff:rules")


def _changed(row: RuleSet) -> list[tuple[str, int, int]]:
    """What differs from the rules in use: name, there, here."""
    active = selectors.active_rules()[0]
    named = {**REASONS, **LIMITS_IN_WORDS}
    then, now = active.points | active.limits, row.points | row.limits
    return [(str(named[name]), then[name], now[name]) for name in named if then[name] != now[name]]
