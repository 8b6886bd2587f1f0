"""One verb on many documents: each is decided alone, and what became of each is listed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import staff_required
from billing_portal.staff.chorusing.access import asker, may_act
from billing_portal.staff.chorusing.lots import VERBS, number
from billing_portal.staff.chorusing.views import ON_A_PAGE
from billing_portal.staff.views import staff_page
from chorus.models import Submission
from chorus.services import checking, deciding, resending
from chorus.services.acknowledging import ask_to_acknowledge
from chorus.services.deciding import CannotDecide

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse
    from django_stubs_ext import StrOrPromise

    from accounts.permissions import UserRequest


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one document."""

    submission: Submission
    done: bool
    words: StrOrPromise


@staff_required
@may_act
@require_POST
def many(request: UserRequest) -> HttpResponse:
    """Do the verb that was pressed on all that were ticked."""
    verb = _VERBS.get(request.POST.get("verb", ""))
    picked = sorted({key for each in request.POST.getlist("pick") if (key := number(each)) is not None})[:ON_A_PAGE]
    found = list(Submission.objects.select_related("invoice__customer").filter(pk__in=picked).order_by("pk"))
    if verb is None or not found:
        messages.info(request, _("Tick the documents first."))
        return redirect("staff:chorus")
    results = [_one(request, verb, submission) for submission in found]
    back = request.POST.get("back", "")
    return staff_page(
        request,
        "staff/chorus/done.html",
        str(VERBS[request.POST["verb"]]),
        results=results,
        done=sum(each.done for each in results),
        back=back if back.startswith("/admin/chorus/") else "",
    )


def _one(
    request: UserRequest, verb: Callable[[UserRequest, Submission], StrOrPromise], submission: Submission
) -> Result:
    try:
        return Result(submission, True, verb(request, submission))  # noqa: FBT003 - a field of a result
    except CannotDecide as refusal:
        return Result(submission, False, refusal.words)  # noqa: FBT003 - same


def _resend(request: UserRequest, submission: Submission) -> StrOrPromise:
    resending.resend(submission.pk, actor=str(request.user), at=request.now)
    return _("sent again at the next turn")


def _release(request: UserRequest, submission: Submission) -> StrOrPromise:
    after = deciding.release(submission.pk, allowed_by=str(request.user), at=request.now)
    return str(after.get_state_display())


def _check(request: UserRequest, submission: Submission) -> StrOrPromise:
    checking.ask_to_check(submission.pk, at=request.now)
    return _("asked: the answer shows on its page in a moment")


def _acknowledge(request: UserRequest, submission: Submission) -> StrOrPromise:
    ask_to_acknowledge(submission.pk, by=asker(request), at=request.now)
    return _("on its way to Chorus Pro")


_VERBS: Final = {"resend": _resend, "release": _release, "check": _check, "acknowledge": _acknowledge}
