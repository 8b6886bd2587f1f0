"""The page of exports: ask for a file, see how far it is, take it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.permissions import staff_required
from billing_portal.exports import building, keeping
from billing_portal.exports.catalogue import REPORTS
from billing_portal.staff.views import UNPROCESSABLE, staff_page
from core.clock import local_date
from core.downloads import CONTENT_TYPES, download_headers
from outbox.models import Job, JobState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.http import HttpResponseBase

    from accounts.permissions import UserRequest
    from billing_portal.exports.catalogue import Report
    from billing_portal.exports.forms import ExportForm

PERMISSION = "billing_portal.export_books"
_may_export = permission_required(PERMISSION, raise_exception=True)
_SHOWN = 30
_POLL_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Request:
    """A request as the page shows it."""

    job: Job
    title: str
    parameters: str
    by: str
    kept_until: datetime | None
    is_kept: bool

    @property
    def is_running(self) -> bool:
        return self.job.state in {JobState.WAITING, JobState.RUNNING}


@staff_required
@_may_export
@require_safe
def exports(request: UserRequest) -> HttpResponse:
    """Each export with its parameters, and what was asked for."""
    return _page(request)


@staff_required
@_may_export
@require_POST
def ask(request: UserRequest, name: str) -> HttpResponse:
    """Ask for one. A second click asks for nothing more."""
    wanted = _report_or_404(name)
    form = wanted.bind(request.POST, today=local_date(request.now))
    if not form.is_valid():
        return _page(request, (wanted.name, form), status=UNPROCESSABLE)
    building.ask(wanted, form, by=request.user, language=get_language() or "fr", at=request.now)
    messages.info(request, _("The file is being made. It appears at the top of this page."))
    return redirect("staff:exports")


@staff_required
@require_safe
def export_file(request: UserRequest, job_id: int) -> HttpResponseBase:
    """The finished file: for who asked for it, and for finance."""
    job = Job.objects.filter(pk=job_id, kind=building.BUILD, state=JobState.DONE).first()
    if job is None or not (job.owner == f"user:{request.user.pk}" or request.user.has_perm(PERMISSION)):
        raise Http404
    path = keeping.kept_file(job.result.get("file", ""))
    if path is None:
        messages.warning(request, _("This file is not kept any more. Ask for it again."))
        return redirect("staff:exports")
    kind = CONTENT_TYPES[path.suffix[1:]]
    name = job.result["name"]
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, headers=download_headers(kind, name))


def _page(request: UserRequest, refused: tuple[str, ExportForm] | None = None, *, status: int = 200) -> HttpResponse:
    today = local_date(request.now)
    asked = _requests()
    shown = [(each, _fresh_form(each, refused, today)) for each in REPORTS.values()]
    context: dict[str, Any] = {
        "requests": asked,
        "poll": _POLL_SECONDS if any(each.is_running for each in asked) else None,
        "reports": shown,
        "refused": refused[0] if refused else "",
        "kept_days": keeping.KEPT.days,
    }
    return staff_page(request, "staff/exports.html", _("Exports"), status=status, **context)


def _fresh_form(each: Report, refused: tuple[str, ExportForm] | None, today: Any) -> ExportForm:
    if refused and refused[0] == each.name:
        return refused[1]
    form = each.bind(None, today=today)
    form.initial["mark"] = uuid.uuid4()
    return form


def _requests() -> Sequence[Request]:
    """The last ones asked for, the newest first. Two queries."""
    jobs = list(Job.objects.filter(kind=building.BUILD).order_by("-pk")[:_SHOWN])
    people = User.objects.in_bulk({int(job.owner.removeprefix("user:")) for job in jobs})
    return [_request(job, people) for job in jobs]


def _request(job: Job, people: dict[int, User]) -> Request:
    wanted = REPORTS.get(job.payload["name"])
    asker = people.get(int(job.owner.removeprefix("user:")))
    done = job.state == JobState.DONE and "file" in job.result
    return Request(
        job=job,
        title=str(wanted.title) if wanted else job.payload["name"],
        parameters=_parameters(wanted, job.payload["asked"]),
        by=str(asker) if asker else "",
        kept_until=job.finished_at + keeping.KEPT if done and job.finished_at else None,
        is_kept=done and keeping.kept_file(job.result["file"]) is not None,
    )


def _parameters(wanted: Report | None, asked: dict[str, str]) -> str:
    """What was answered, in the words of the form."""
    fields = wanted.form.base_fields if wanted else {}
    shown = []
    for name, value in asked.items():
        if value and name != "mark":
            words = dict(getattr(fields.get(name), "choices", ()))
            shown.append(str(words.get(value, value)))
    return ", ".join(shown)


def _report_or_404(name: str) -> Report:
    if name not in REPORTS:
        raise Http404
    return REPORTS[name]
