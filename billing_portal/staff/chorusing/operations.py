"""How Chorus Pro is doing: what waits and since when, how long deposits take, what is refused, whether it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.permissions import staff_required
from billing_portal.staff.chorusing.access import may_look
from billing_portal.staff.views import staff_page
from chorus import wiring
from chorus.selectors import operations as figures

if TYPE_CHECKING:
    from datetime import timedelta

    from django.http import HttpResponse

    from accounts.permissions import UserRequest

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


@staff_required
@may_look
@require_safe
def operations(request: UserRequest) -> HttpResponse:
    """The figures of the last 30 days. Six queries of its own."""
    delays, days = figures.delays(at=request.now), figures.deposits_by_day(at=request.now)
    return staff_page(
        request,
        "staff/chorus/operations.html",
        _("Chorus Pro: operations"),
        waiting=figures.now_waiting(),
        delays=delays,
        median=length_words(delays.median),
        slow=length_words(delays.slow),
        reasons=figures.rejections(at=request.now),
        days=[(day, made, arrived) for day, made, arrived in reversed(days) if made],
        made=sum(made for _day, made, _arrived in days),
        pace=figures.pace_of(wiring.environment()),
        last_answer=figures.last_answer(),
        environment=wiring.environment(),
        now=request.now,
    )


def length_words(length: timedelta | None) -> str:
    """`45 s`, `12 min`, `3 h 05`, `2 days`; nothing of nothing."""
    if length is None:
        return "–"
    seconds = int(length.total_seconds())
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min"
    if seconds < _DAY:
        return f"{seconds // _HOUR} h {seconds % _HOUR // _MINUTE:02d}"
    return ngettext("%(count)s day", "%(count)s days", seconds // _DAY) % {"count": seconds // _DAY}
