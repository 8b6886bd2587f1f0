"""Pages of finance about the money that providers hold: the proof, what nobody explains, amounts that differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import staff_required
from billing_portal.staff import proof_lines
from billing_portal.staff.till_forms import ProofForm, SeenForm, TreatmentForm
from billing_portal.staff.views import UNPROCESSABLE, form_page, staff_page
from payments import proving, selectors, services
from payments.gateways.base import Unsure
from payments.models import Payment, Provider, ProviderMovement
from payments.services.treating import amount_text
from payments.wiring import gateway_for, providers

if TYPE_CHECKING:
    from django.http import HttpResponseBase

    from accounts.permissions import UserRequest

_may_prove = permission_required("payments.view_balancereading", raise_exception=True)
_may_treat = permission_required("payments.add_movementtreatment", raise_exception=True)
_may_see_amounts = permission_required("payments.add_amountreview", raise_exception=True)


@staff_required
@_may_prove
@require_safe
def proof(request: UserRequest) -> HttpResponse:
    """Our books, the provider and our objects, day by day; and what explains a difference."""
    form = ProofForm(request.GET, today=request.now)
    provider, since, until = form.asked
    shown = proving.prove(provider, since=since, until=until)
    waiting, last_at = proving.waiting_at(provider, at=request.now)
    return staff_page(
        request,
        "staff/proof.html",
        _("Three-way proof"),
        form=form,
        proof=shown,
        lines=(lines := proof_lines.days_that_moved(shown)),
        quiet=len(shown.days) - len(lines),
        items=[proof_lines.item(each) for each in shown.items[: proof_lines.MOST]],
        more=max(0, len(shown.items) - proof_lines.MOST),
        reading=selectors.last_reading(provider),
        waiting=waiting,
        last_at=last_at,
        query=form.query,
        may_read=Provider(provider) in providers(),
        provider=Provider(provider),
    )


@staff_required
@_may_prove
@require_safe
def proof_csv(request: UserRequest) -> HttpResponseBase:
    """The same days, or (`what=items`) all that explains them, for a spreadsheet."""
    provider, since, until = ProofForm(request.GET, today=request.now).asked
    what = "items" if request.GET.get("what") == "items" else "days"
    shown = proving.prove(provider, since=since, until=until)
    return StreamingHttpResponse(
        proof_lines.csv_lines(shown, what, language=get_language() or "fr"),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="proof-{provider.lower()}-{what}-{since}-{until}.csv"',
            "Cache-Control": "private, no-store",
        },
    )


@staff_required
@_may_prove
@require_POST
def read_now(request: UserRequest, provider: str) -> HttpResponse:
    """Ask the provider at this moment what it holds and what moved, then show the proof."""
    known = _provider_or_404(provider)
    gateway = gateway_for(known)
    try:
        services.sync_till(known, gateway=gateway, at=request.now)
        reading = services.read_till(known, gateway=gateway, at=request.now)
    except Unsure:
        messages.error(request, _("%(provider)s does not answer. Nothing was changed; try again.") % _named(known))
    else:
        words = _("%(provider)s was read: all three agree.") if reading.agrees else _("%(provider)s was read.")
        messages.success(request, words % _named(known))
    return HttpResponseRedirect(f"{reverse('staff:proof')}?provider={known}")


@staff_required
@_may_treat
def movement(request: UserRequest, movement_id: int) -> HttpResponse:
    """A movement that nothing of ours explains: propose an account, or that nothing is booked."""
    found = get_object_or_404(ProviderMovement, pk=movement_id)
    form = TreatmentForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            treatment = services.propose(
                found.pk,
                account=form.cleaned_data["account"],
                reason=form.cleaned_data["reason"],
                actor=request.user,
                at=request.now,
            )
        except services.NotTreatable as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Nothing is booked yet: somebody else has to agree."))
            return redirect("staff:approval", treatment.approval.public_id)  # type: ignore[union-attr]
    return staff_page(
        request,
        "staff/movement.html",
        _("Movement that nobody explains"),
        status=UNPROCESSABLE if form.errors else 200,
        form=form,
        movement=found,
        amounts=[amount_text(cents, found.currency) for cents in (found.gross_cents, found.fee_cents, found.net_cents)],
        treatments=found.treatments.select_related("approval").order_by("pk"),
        provider=Provider(found.provider),
    )


@staff_required
@_may_see_amounts
def amount(request: UserRequest, payment_id: int) -> HttpResponse:
    """Somebody looked at a payment that received another amount than was asked."""
    found = get_object_or_404(Payment.objects.select_related("customer"), pk=payment_id)
    if not found.differs:
        raise Http404
    form = SeenForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        seen = services.note_amount_seen(found, note=form.cleaned_data["note"], actor=request.user, at=request.now)
        messages.success(request, _("Noted: seen by %(name)s.") % {"name": seen.seen_by})
        return redirect("admin:payments_payment_change", found.pk)
    note = _("%(reference)s: %(asked)s asked, %(received)s received and credited.") % {
        "reference": found.reference,
        "asked": amount_text(found.amount_cents, "EUR"),
        "received": amount_text(found.received_cents or 0, "EUR"),
    }
    return form_page(request, form, title=_("Another amount received"), button=_("I have seen it"), note=note)


def _provider_or_404(name: str) -> Provider:
    known = next((each for each in providers() if each.value == name), None)
    if known is None:
        raise Http404
    return known


def _named(provider: Provider) -> dict[str, str]:
    return {"provider": str(provider.label)}
