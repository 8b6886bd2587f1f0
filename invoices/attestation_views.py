"""Attestations: asked for by the customer, and checked by anybody who has one in hand."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import Permission, public, require_permission
from core.addresses import client_address, origin_of
from core.throttle import may_go_on
from invoices import attesting, selectors
from invoices.forms import CodeForm
from invoices.models import Attestation
from invoices.views import stored_file

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.permissions import CustomerRequest, PublicRequest


@require_permission(Permission.SEE)
@require_http_methods(["GET", "HEAD", "POST"])
def attestations(request: CustomerRequest) -> HttpResponse:
    """What can be certified now, and what was; sent, the attestation asked for. Whoever may read may ask."""
    asked = attesting.ask(request.customer, request.POST or None, by=request.user, at=request.now)
    if asked.made is not None:
        words = _("The attestation %(number)s is made. Its PDF is here in a moment.")
        messages.success(request, words % {"number": asked.made.number})
        return redirect("invoices:attestations")
    return render(request, "invoices/attestations.html", {"asked": asked}, status=asked.status)


@require_permission(Permission.SEE)
@require_safe
def attestation_pdf(request: CustomerRequest, public_id: UUID) -> HttpResponse:
    """The stored PDF of an attestation."""
    try:
        attestation = selectors.get_attestation(request.customer, public_id)
    except Attestation.DoesNotExist:
        raise Http404 from None
    return stored_file(request, attestation, selectors.attestation_file(attestation))


@public
@require_safe
@never_cache
def check(request: PublicRequest, code: str = "") -> HttpResponse:
    """Whether an attestation is ours, for whom, of what day, and whether it still holds. Nothing else is told."""
    typed = code or request.GET.get("code", "")
    if typed and not _may_check(request):
        return _kept_private(render(request, "invoices/check_later.html", status=HTTPStatus.TOO_MANY_REQUESTS))
    found = selectors.check_attestation(typed)
    status = HTTPStatus.NOT_FOUND if typed and found is None else HTTPStatus.OK
    context = {
        "typed": typed,
        "found": found,
        "site": settings.SITE_NAME,
        "form": CodeForm(initial={"code": typed[:40]}),
    }
    return _kept_private(render(request, "invoices/check.html", context, status=status))


def _may_check(request: PublicRequest) -> bool:
    origin = origin_of(client_address(request.META))
    limit = settings.ATTESTATION_CHECKS_PER_MINUTE
    return may_go_on("attestation", origin, per_minute=limit, at=request.now)


def _kept_private(response: HttpResponse) -> HttpResponse:
    """No search engine keeps the page."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
