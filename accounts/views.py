"""Pages of people and customers: billing details, people with access, security; and two switches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import acting, selectors, services, ways
from accounts.forms import InvitationForm, MemberForm, ProfileForm
from accounts.models import Membership, Role, User
from accounts.permissions import Permission, may, public, require_permission, signed_in
from accounts.redirects import next_page
from accounts.standing_words import number_words

if TYPE_CHECKING:
    from accounts.permissions import CustomerRequest, PublicRequest, UserRequest

_A_YEAR = 365 * 24 * 3600


@require_permission(Permission.SEE, to_change=Permission.EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: CustomerRequest) -> HttpResponse:
    """Billing details. What was typed stays on the page when something has to be corrected."""
    form = ProfileForm(request.customer, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.update_profile(request.customer, at=request.now, **form.cleaned_data)
        except services.BadIdentity as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved. The next invoices will say this; those already issued do not change."))
            return redirect("accounts:profile")
    form.say_of_number(number_words(request.customer, at=request.now).long)
    can_edit = may(request.membership, Permission.EDIT)
    if not can_edit:
        for field in form.fields.values():
            field.disabled = True
    return render(request, "accounts/profile.html", {"form": form, "can_edit": can_edit})


@require_permission(Permission.MEMBERS)
@require_http_methods(["GET", "HEAD", "POST"])
def members(request: CustomerRequest) -> HttpResponse:
    """People with access; the form gives access to somebody more."""
    form = InvitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _invited(request, form):
        return redirect("accounts:members")
    people = selectors.members_of(request.customer)
    shown = {"form": form, "people": people, "roles": Role.choices}
    return render(request, "accounts/members.html", shown)


@require_permission(Permission.MEMBERS)
@require_POST
def change_member(request: CustomerRequest, member: int) -> HttpResponse:
    """Change what somebody may do, or take their access away."""
    membership = _member_of(request, member)
    form = MemberForm(request.POST)
    try:
        if "remove" in request.POST:
            services.remove_member(membership)
            messages.success(request, _("%(person)s has no access any more.") % {"person": membership.user})
        elif form.is_valid():
            services.change_member(
                membership,
                role=Role(form.cleaned_data["role"]),
                needs_second_factor=form.cleaned_data["needs_second_factor"],
            )
            messages.success(request, _("The access of %(person)s was changed.") % {"person": membership.user})
    except services.LastOwner:
        messages.error(request, _("Nothing was changed: an account keeps at least one owner. Name another one first."))
    return redirect("accounts:members")


@signed_in
@require_GET
def security(request: UserRequest) -> HttpResponse:
    """Ways in and open sessions."""
    current = request.session.session_key or ""
    shown = {
        "ways": ways.ways_in(request.user),
        "sessions": ways.open_sessions(request.user, at=request.now, current=current),
    }
    return render(request, "accounts/security.html", shown)


@signed_in
@require_POST
def switch(request: UserRequest) -> HttpResponse:
    """Act for another customer from now on. One that the user may not act for does not exist for them."""
    if not acting.choose(request, request.POST.get("customer", "")):
        raise Http404
    return redirect(next_page(request))


@public
@require_POST
def language(request: PublicRequest) -> HttpResponse:
    """Read the portal in French or in English; remembered by the browser, and by the user when there is one."""
    chosen = request.POST.get("language", "")
    if chosen not in dict(settings.LANGUAGES):
        return HttpResponseBadRequest(_("This portal speaks French and English."))
    if isinstance(request.user, User):
        services.remember_language(request.user, chosen)
    response = redirect(next_page(request))
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        chosen,
        max_age=_A_YEAR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _member_of(request: CustomerRequest, pk: int) -> Membership:
    found = selectors.members_of(request.customer).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _invited(request: CustomerRequest, form: InvitationForm) -> bool:
    wanted = form.cleaned_data
    try:
        services.invite(
            request.customer,
            wanted["email"],
            Role(wanted["role"]),
            needs_second_factor=wanted["needs_second_factor"],
            by=request.user,
            at=request.now,
        )
    except services.LastOwner:
        form.add_error("role", _("This is the only owner of the account. Name another one first."))
        return False
    messages.success(request, _("%(address)s has access; we have just written to them.") % {"address": wanted["email"]})
    return True
