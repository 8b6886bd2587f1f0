"""Where a public body receives its invoices: SIRET, service, engagement. Its own page in the settings, step by step.

Owners and billing change it, the others read. For a customer that is no public body there is no such page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from django.conf import settings as portal
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import selectors as accounts
from accounts import services
from accounts.models import PublicKind
from accounts.permissions import Permission, may, require_permission
from accounts.second_factor import proven_lately
from chorus.selectors.directory import structure_of
from chorus.services.asking import TooManyChecks, check_siret, engagement_words
from chorus.services.directory import refresh_now
from chorus.settings_forms import SAME, EngagementForm, RuleForm, ServiceForm, SiretForm
from chorus.settings_page import latest_submissions, open_services, settings_page, shown_engagements
from core.addresses import client_address
from core.clock import local_date
from invoices.wording import siret_text

if TYPE_CHECKING:
    from django.forms import Form

    from accounts.permissions import CustomerRequest

SIRET, SERVICE, ENGAGEMENT = "siret", "service", "engagement"
STEPS: Final = (SIRET, SERVICE, ENGAGEMENT)
_SEE_OTHER, _TOO_MANY = 303, 429


@require_permission(Permission.SEE, to_change=Permission.EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: CustomerRequest) -> HttpResponse:
    """The step that comes next, or the one asked for (`?etape=service`)."""
    _public_only(request)
    step = request.POST.get("etape") or request.GET.get("etape") or _next_step(request)
    if step not in STEPS:
        raise Http404
    if request.method != "POST":
        return _page(request, step)
    return {SIRET: _siret, SERVICE: _service, ENGAGEMENT: _rule}[step](request)


@require_permission(Permission.EDIT)
@require_POST
def add_engagement(request: CustomerRequest) -> HttpResponse:
    """Write an engagement number down; Chorus Pro is asked about it where the State allows, and never blocks it."""
    _public_only(request)
    form = _engagement_form(request, request.POST)
    if not form.is_valid():
        return _page(request, ENGAGEMENT, adding=form, status=422)
    try:
        row = services.add_engagement(request.customer, by=request.user, at=request.now, **form.cleaned_data)
    except services.BadEngagement as error:
        form.refuse(error)
        return _page(request, ENGAGEMENT, adding=form, status=422)
    messages.success(request, _("Saved. Your next invoices carry %(number)s by themselves.") % {"number": row.number})
    _say_of_number(request, row.number)
    return _onward(ENGAGEMENT)


@require_permission(Permission.EDIT)
@require_POST
def end_engagement(request: CustomerRequest, engagement: int) -> HttpResponse:
    """Use it for no further invoice."""
    row = accounts.engagements_of(request.customer).filter(pk=engagement).first()
    if row is None:
        raise Http404
    services.end_engagement(row, at=request.now)
    messages.success(request, _("%(number)s serves no more. Invoices that carry it keep it.") % {"number": row.number})
    return _onward(ENGAGEMENT)


def _public_only(request: CustomerRequest) -> None:
    if not request.customer.is_public:
        raise Http404


def _next_step(request: CustomerRequest) -> str:
    """The first step that is not done."""
    page = settings_page(request.customer, ENGAGEMENT, at=request.now)
    return next((step for step, shown in zip(STEPS, page.steps, strict=True) if not shown["done"]), ENGAGEMENT)


def _siret(request: CustomerRequest) -> HttpResponse:
    form = SiretForm(request.POST)
    if not form.is_valid():
        return _page(request, SIRET, form=form, status=422)
    if form.cleaned_data["siret"] == request.customer.siret:
        return _save_siret(request, form)
    asked = proven_lately(_save_siret)  # where invoices go is as sensitive as an IBAN
    return cast("HttpResponse", asked(request, form))


def _save_siret(request: CustomerRequest, form: SiretForm) -> HttpResponse:
    """Save it whatever the directory says, or does not: what is wrong is said on the page, and invoices wait."""
    siret, customer = form.cleaned_data["siret"], request.customer
    try:
        check_siret(customer, siret, address=client_address(request.META), at=request.now)
    except TooManyChecks as pause:
        form.add_error(
            None,
            _("More than %(most)s SIRETs were checked in an hour. Try again in %(minutes)s minutes; nothing is lost.")
            % {"most": portal.SIRET_CHECKS_PER_HOUR, "minutes": pause.minutes},
        )
        answer = _page(request, SIRET, form=form, status=_TOO_MANY)
        answer["Retry-After"] = str(pause.seconds)
        return answer
    changed = {"service_code": ""} if siret != customer.siret else {}
    try:
        services.update_profile(customer, name=customer.name, at=request.now, siret=siret, **changed)
    except services.BadIdentity as error:
        form.add_error("siret", str(error.message))
        return _page(request, SIRET, form=form, status=422)
    structure = refresh_now(siret, at=request.now)
    if structure.is_closed_to_us:
        return _onward(SIRET)
    messages.success(request, _("Saved. This applies to your next invoices."))
    return _onward(SERVICE)


def _service(request: CustomerRequest) -> HttpResponse:
    form = _service_form(request, request.POST)
    if not form.is_valid():
        return _page(request, SERVICE, form=form, status=422)
    code = form.cleaned_data["service_code"]
    services.update_profile(request.customer, name=request.customer.name, at=request.now, service_code=code)
    if code and request.customer.siret:
        refresh_now(request.customer.siret, at=request.now, service_code=code)
    messages.success(request, _("Saved. This applies to your next invoices."))
    return _onward(ENGAGEMENT)


def _rule(request: CustomerRequest) -> HttpResponse:
    form = RuleForm(request.customer, request.POST)
    if not form.is_valid():
        return _page(request, ENGAGEMENT, form=form, status=422)
    said = form.cleaned_data
    services.update_profile(
        request.customer,
        name=request.customer.name,
        at=request.now,
        engagement_number=said["engagement_number"],
        market_number=said["market_number"],
    )
    messages.success(request, _("Saved. This applies to your next invoices."))
    if said["rule"] == SAME:
        _say_of_number(request, said["engagement_number"])
    return _onward(ENGAGEMENT)


def _say_of_number(request: CustomerRequest, number: str) -> None:
    """What Chorus Pro knows of the number, when it can; nothing is refused for it."""
    if words := engagement_words(request.customer, number, at=request.now):
        messages.info(request, words)


def _service_form(request: CustomerRequest, data: Any = None) -> ServiceForm:
    structure = structure_of(request.customer)
    required = bool(structure and structure.service_required and not structure.either_required)
    offered = open_services(structure, on=local_date(request.now))
    return ServiceForm(data, offered=offered, required=required, said=request.customer.service_code)


def _engagement_form(request: CustomerRequest, data: Any = None) -> EngagementForm:
    offered = open_services(structure_of(request.customer), on=local_date(request.now)) or []
    choices = [(service.code, service.name or service.code) for service in offered]
    return EngagementForm(data, services=choices, initial={"valid_from": local_date(request.now)})


def _form_of(request: CustomerRequest, step: str) -> Form:
    if step == SIRET:
        return SiretForm(initial={"siret": siret_text(request.customer.siret)})
    return _service_form(request) if step == SERVICE else RuleForm(request.customer)


def _page(
    request: CustomerRequest,
    step: str,
    *,
    form: Form | None = None,
    adding: EngagementForm | None = None,
    status: int = 200,
) -> HttpResponse:
    page = settings_page(request.customer, step, at=request.now)
    if form is None:
        form = _form_of(request, step)
    shown: dict[str, Any] = {
        "page": page,
        "form": form,
        "chosen": str(form["service_code"].value() or "") if step == SERVICE else "",
        "no_service": step == SERVICE and not form["service_code"].value(),
        "days": PublicKind(request.customer.public_kind).days,
        "latest": latest_submissions(request.customer),
        "can_edit": may(request.membership, Permission.EDIT),
    }
    if step == ENGAGEMENT:
        shown["adding"] = adding or _engagement_form(request)
        shown["engagements"] = shown_engagements(request.customer, page.services, on=local_date(request.now))
    return render(request, "chorus/settings.html", shown, status=status)


def _onward(step: str) -> HttpResponse:
    answer = redirect(f"{reverse('chorus:settings')}?etape={step}")
    answer.status_code = _SEE_OTHER
    return answer
