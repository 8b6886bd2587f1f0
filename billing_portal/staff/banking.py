"""Importing a bank statement by hand: send it, see what is in it, then confirm. Nothing is written before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.permissions import staff_required
from bank import services
from bank.readers import ColumnsUnknown, FileRefused
from billing_portal.staff import waiting_files
from billing_portal.staff.banking_forms import AnywayForm, ColumnsForm, StatementForm
from billing_portal.staff.views import UNPROCESSABLE, staff_page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.permissions import UserRequest
    from bank.services import Preview
    from billing_portal.staff.waiting_files import WaitingFile

_may_import = permission_required("bank.add_statementfile", raise_exception=True)
_SHOWN = 30


@staff_required
@_may_import
def import_statement(request: UserRequest) -> HttpResponse:
    """Send a file; the answer shows what it would bring."""
    form = StatementForm(request.POST, request.FILES) if request.method == "POST" else StatementForm()
    if not form.is_valid():
        return _form_page(request, form)
    file = waiting_files.WaitingFile(form.content, form.cleaned_data["file"].name, form.cleaned_data["account"])
    return _look(request, file, form)


@staff_required
@_may_import
@require_POST
def describe_statement(request: UserRequest) -> HttpResponse:
    """Say what the columns of a table are; then it is looked at again."""
    file = waiting_files.fetch(request.POST.get("ticket", ""), user_id=request.user.pk)
    if file is None:
        return _too_late(request)
    try:
        _preview(request, file)
    except ColumnsUnknown as question:
        form = ColumnsForm(question.headings, question.rows, request.POST)
        if not form.is_valid() or not form.save(at=request.now):
            return _columns_page(request, form, request.POST["ticket"])
    except FileRefused as refusal:
        return _refused(request, StatementForm(), refusal, file)
    return _look(request, file, StatementForm())


@staff_required
@_may_import
@require_POST
def confirm_statement(request: UserRequest) -> HttpResponse:
    """Import what was shown."""
    file = waiting_files.fetch(request.POST.get("ticket", ""), user_id=request.user.pk)
    if file is None:
        return _too_late(request)
    try:
        done = services.import_file(
            file.content, file.name, account=file.account, by=request.user, at=request.now, dry_run=False
        )
    except FileRefused as refusal:
        return _refused(request, StatementForm(), refusal, file)
    waiting_files.drop(file)
    words = ngettext("%(count)d new line was imported.", "%(count)d new lines were imported.", done.new)
    messages.success(request, words % {"count": done.new})
    return redirect("admin:bank_statement_changelist")


@staff_required
@_may_import
@require_POST
def ask_anyway(request: UserRequest) -> HttpResponse:
    """Ask a second person whether a file that does not add up is imported anyway. Nothing is imported now."""
    file = waiting_files.fetch(request.POST.get("ticket", ""), user_id=request.user.pk)
    if file is None:
        return _too_late(request)
    form = AnywayForm(request.POST)
    if not form.is_valid():
        return _form_page(request, StatementForm(), anyway=form, ticket=request.POST["ticket"])
    try:
        approval = services.ask_anyway(
            file.content,
            file.name,
            account=file.account,
            reason=form.cleaned_data["reason"],
            by=request.user,
            at=request.now,
        )
    except FileRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("staff:import_statement")
    except services.NothingToAgree:
        messages.info(request, _("Nobody has to agree to this file: send it again."))
        return redirect("staff:import_statement")
    waiting_files.drop(file)
    messages.success(request, _("A second person was asked. Nothing is imported before they agree."))
    return redirect("staff:approval", approval.public_id)


@staff_required
@permission_required("bank.view_statement", raise_exception=True)
def statement_anyway(request: UserRequest, sha256: str) -> HttpResponse:
    """What a file would bring that somebody asked to import anyway: the second person looks before deciding."""
    try:
        preview = services.preview_anyway(sha256, at=request.now)
    except FileRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("admin:bank_statement_changelist")
    if preview is None:
        raise Http404
    return _preview_page(request, preview, "")


def _look(request: UserRequest, file: WaitingFile, form: StatementForm) -> HttpResponse:
    """The preview of a file, or the question that it raises."""
    try:
        preview = _preview(request, file)
    except ColumnsUnknown as question:
        return _columns_page(request, ColumnsForm(question.headings, question.rows), _ticket(request, file), status=200)
    except FileRefused as refusal:
        return _refused(request, form, refusal, file)
    return _preview_page(request, preview, _ticket(request, file))


def _preview_page(request: UserRequest, preview: Preview, ticket: str) -> HttpResponse:
    """What a file would bring; without a ticket, only to look at."""
    return staff_page(
        request,
        "staff/preview_statement.html",
        _("What is in this statement"),
        preview=preview,
        statements=[(each, services.chain_words(each), each.new_lines[:_SHOWN]) for each in preview.statements],
        shown=_SHOWN,
        ticket=ticket,
    )


def _preview(request: UserRequest, file: WaitingFile) -> Preview:
    return services.import_file(file.content, file.name, account=file.account, at=request.now, dry_run=True)


def _ticket(request: UserRequest, file: WaitingFile) -> str:
    return waiting_files.keep(file.content, file.name, file.account, user_id=request.user.pk, at=request.now)


def _refused(request: UserRequest, form: StatementForm, refusal: FileRefused, file: WaitingFile) -> HttpResponse:
    if form.is_bound:
        form.add_error("file", str(refusal))
    else:
        messages.error(request, str(refusal))
    if isinstance(refusal, services.NotWhole):
        return _form_page(request, form, anyway=AnywayForm(), ticket=_ticket(request, file))
    return _form_page(request, form, status=UNPROCESSABLE)


def _too_late(request: UserRequest) -> HttpResponse:
    messages.warning(request, _("This file waited for more than an hour. Nothing was imported: send it again."))
    return redirect("staff:import_statement")


def _form_page(
    request: UserRequest, form: StatementForm, *, status: int = 0, anyway: AnywayForm | None = None, ticket: str = ""
) -> HttpResponse:
    """The form; under it, of a file that does not add up, the one that asks a second person."""
    answer = status or (UNPROCESSABLE if form.errors or anyway is not None else 200)
    title = _("Import a bank statement")
    page = "staff/import_statement.html"
    return staff_page(request, page, title, status=answer, form=form, anyway=anyway, ticket=ticket)


def _columns_page(request: UserRequest, form: ColumnsForm, ticket: str, *, status: int = UNPROCESSABLE) -> HttpResponse:
    title = _("What are the columns of this table?")
    return staff_page(request, "staff/describe_statement.html", title, status=status, form=form, ticket=ticket)
