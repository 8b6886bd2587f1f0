"""Pages of staff about files of direct debits: what is in one, making today's, taking it, noting who has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import staff_required
from billing_portal.staff.remitting_forms import DealtWithForm
from billing_portal.staff.views import form_page, staff_page
from core.clock import local_date
from core.downloads import CONTENT_TYPES, download_headers
from core.formats import money_text
from core.money import Money
from invoices.archive import ArchiveDamaged
from payments import selectors, services
from payments.models import AnswerKind, BankAnswer, BankDebit, Remittance, RemittanceEvent, RemittanceState
from payments.services import remitting
from payments.services.remitting.orders import first_day

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from django.core.paginator import Page
    from django.utils.functional import _StrPromise

    from accounts.permissions import UserRequest

_may_look = permission_required("payments.view_remittance", raise_exception=True)
_may_make = permission_required("payments.add_remittance", raise_exception=True)
_may_take = permission_required("payments.change_remittance", raise_exception=True)
_may_review = permission_required("payments.add_answerreview", raise_exception=True)
_ON_A_PAGE: Final = 100
_TAGS: Final = {
    RemittanceState.WRITTEN: "due",
    RemittanceState.HANDED: "wait",
    RemittanceState.ACCEPTED: "ok",
    RemittanceState.PARTLY: "late",
    RemittanceState.REJECTED: "late",
}
_STEPS: Final[Mapping[str, _StrPromise]] = {
    "written": gettext_lazy("Written and kept"),
    "downloaded": gettext_lazy("Downloaded"),
    "given to the bank": gettext_lazy("Given to the bank"),
    "accepted": gettext_lazy("Accepted by the bank"),
    "accepted in part": gettext_lazy("Accepted in part"),
    "some refused later": gettext_lazy("Some refused later"),
    "refused": gettext_lazy("Refused by the bank"),
    "refused later": gettext_lazy("Refused by the bank, later"),
    "the rest refused": gettext_lazy("The rest refused"),
}


@staff_required
@_may_look
@require_safe
def remittance(request: UserRequest, public_id: UUID) -> HttpResponse:
    """One file: its totals, what the bank said of each debit, its history, and what may be done now."""
    found = _found(public_id)
    return staff_page(
        request,
        "staff/remittance.html",
        _("File %(message)s") % {"message": found.message_id},
        remittance=found,
        tag=_TAGS[RemittanceState(found.state)],
        total=Money(found.total_cents),
        page=_debits(request, found),
        steps=[(_STEPS.get(step.name, step.name), step) for step in _history(found)],
        is_waiting=found.state == RemittanceState.WRITTEN,
    )


@staff_required
@_may_make
@require_http_methods(["GET", "HEAD", "POST"])
def make_files(request: UserRequest) -> HttpResponse:
    """GET lists what would be in the files of today; POST writes them."""
    today = local_date(request.now)
    if request.method == "POST":
        return _make(request)
    due = selectors.bank_debits_due(on=today)
    totals = selectors.total_of(due)
    return staff_page(
        request,
        "staff/make_remittances.html",
        _("The file of today"),
        today=today,
        page=Paginator(due, _ON_A_PAGE).get_page(request.GET.get("page")),
        count=totals.count,
        total=totals.amount,
        claimed=selectors.claimed_for_the_bank().count(),
        first_day=first_day(today, at=request.now),
    )


@staff_required
@_may_take
@require_POST
def remittance_file(request: UserRequest, public_id: UUID) -> HttpResponse:
    """The bytes as they were written, kept by nobody on the way; the history says who took them."""
    found = _found(public_id)
    try:
        content = remitting.take(found.pk, by=request.user, at=request.now)
    except ArchiveDamaged:
        messages.error(
            request, _("The archive does not give this file as it was kept. Look at « Series and archive ».")
        )
        return redirect("staff:remittance", public_id)
    headers = download_headers(CONTENT_TYPES["xml"], remitting.name_of(found))
    return HttpResponse(content, headers=headers | {"Cache-Control": "no-store"})


@staff_required
@_may_take
@require_POST
def hand_over(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Somebody gave it to the bank."""
    found = remitting.hand_over(_found(public_id).pk, by=request.user, at=request.now)
    messages.success(request, _("%(message)s: noted as given to the bank.") % {"message": found.message_id})
    return redirect("staff:remittance", public_id)


@staff_required
@_may_review
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: UserRequest, answer_id: int) -> HttpResponse:
    """Somebody dealt with an answer of the bank that was set aside, and says how."""
    found = get_object_or_404(BankAnswer, pk=answer_id, kind=AnswerKind.NOT_OURS)
    form = DealtWithForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        seen = services.note_answer_seen(found, note=form.cleaned_data["note"], actor=request.user, at=request.now)
        messages.success(request, _("Noted: seen by %(name)s.") % {"name": seen.seen_by})
        return redirect("admin:payments_bankanswer_change", found.pk)
    note = _("%(reference)s, %(amount)s, %(reason)s: %(detail)s. Nothing was booked.") % {
        "reference": found.end_to_end,
        "amount": money_text(Money(found.amount_cents)),
        "reason": found.reason or "–",
        "detail": found.detail,
    }
    return form_page(
        request, form, title=_("Answer of the bank set aside"), button=_("I have dealt with it"), note=note
    )


def _make(request: UserRequest) -> HttpResponse:
    try:
        made = remitting.make_remittances(on=local_date(request.now), at=request.now, by=request.user)
    except remitting.CannotRemit as refusal:
        words = _("No file was written and nothing was sent: the bank would refuse our own identity (%(faults)s).")
        messages.error(request, words % {"faults": refusal})
        return redirect("staff:make_remittances")
    if not made:
        messages.info(request, _("Nothing is due to the bank today: no file was written."))
        return redirect("admin:payments_remittance_changelist")
    words = ngettext("%(count)d file was written: %(names)s.", "%(count)d files were written: %(names)s.", len(made))
    names = ", ".join(each.message_id for each in made)
    messages.success(request, words % {"count": len(made), "names": names})
    if len(made) == 1:
        return redirect("staff:remittance", made[0].public_id)
    return redirect("admin:payments_remittance_changelist")


def _debits(request: UserRequest, found: Remittance) -> Page[BankDebit]:
    rows = found.debits.select_related("payment__customer", "payment__debit", "mandate").prefetch_related("answers")
    return Paginator(rows.order_by("pk"), _ON_A_PAGE).get_page(request.GET.get("page"))


def _history(found: Remittance) -> list[RemittanceEvent]:
    return list(found.events.select_related("actor").order_by("pk"))


def _found(public_id: UUID) -> Remittance:
    return get_object_or_404(selectors.remittances().select_related("created_by"), public_id=public_id)
