"""Who may open a page. Every view carries exactly one of these, outermost; `view.access` says which."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar, cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.acting import acting_of
from accounts.models import Role, User
from accounts.second_factor import has_second_factor
from core import clock

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.http import HttpResponseBase

    from accounts.models import Customer, Membership

_READING = {"GET", "HEAD", "OPTIONS"}
P = ParamSpec("P")
V = TypeVar("V", bound="Callable[..., HttpResponseBase]")


class Permission(models.TextChoices):
    """What a member may do for a customer."""

    SEE = "SEE", _("See the account and its documents")
    PAY = "PAY", _("Pay and manage payment methods")
    EDIT = "EDIT", _("Change the billing details")
    MEMBERS = "MEMBERS", _("Manage people with access")


RIGHTS: dict[str, frozenset[str]] = {
    Role.OWNER: frozenset(Permission),
    Role.BILLING: frozenset({Permission.SEE, Permission.PAY, Permission.EDIT}),
    Role.READ_ONLY: frozenset({Permission.SEE}),
}


class CustomerRequest(HttpRequest):
    """A request of somebody signed in, who acts for a customer."""

    user: User
    customer: Customer
    customers: list[Customer]
    membership: Membership
    now: datetime


class PublicRequest(HttpRequest):
    """A request of anybody; `now` is the moment it came in."""

    now: datetime


class UserRequest(HttpRequest):
    """A request of somebody signed in; `now` is the moment it came in."""

    user: User
    now: datetime


def may(membership: Membership, permission: Permission | str) -> bool:
    """Whether a member has a right."""
    return permission in RIGHTS[membership.role]


def public(
    view: Callable[Concatenate[PublicRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Anybody, signed in or not."""

    @wraps(view)
    def opened(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        known = cast("PublicRequest", request)
        known.now = clock.now()
        return view(known, *args, **kwargs)

    return _marked(opened, "public")


def signed_in(
    view: Callable[Concatenate[UserRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Anybody who is signed in, with or without a customer."""

    @wraps(view)
    def opened(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not _is_signed_in(request):
            return redirect_to_login(request.get_full_path())
        known = cast("UserRequest", request)
        known.now = clock.now()
        return view(known, *args, **kwargs)

    return _marked(opened, "signed_in")


def require_permission(
    permission: Permission | str, *, to_change: Permission | str | None = None
) -> Callable[
    [Callable[Concatenate[CustomerRequest, P], HttpResponseBase]],
    Callable[Concatenate[HttpRequest, P], HttpResponseBase],
]:
    """Somebody who acts for a customer and has this right there; `to_change` is the right to send its form.

    Without a session: to the sign-in page and back. Without any customer: there is no such page (404), but staff who
    come to the first page are led to the admin. With a membership that needs a second factor, in a session without
    one: a page that says how to set it up. Without the right: a page that says who has it (403). The view finds
    request.customer, .membership, .customers and .now.
    """
    to_look = Permission(permission)
    to_send = Permission(to_change or permission)

    def guard(
        view: Callable[Concatenate[CustomerRequest, P], HttpResponseBase],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def opened(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            refusal = _refusal(request, to_look if request.method in _READING else to_send)
            if refusal is not None:
                return refusal
            return view(_acting_for(request), *args, **kwargs)

        return _marked(opened, to_look)

    return guard


def staff_required(
    view: Callable[Concatenate[UserRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Staff, with a second factor where STAFF_SECOND_FACTOR asks for it. For others there is no such page."""

    @wraps(view)
    def opened(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not _is_signed_in(request):
            return redirect_to_login(request.get_full_path())
        known = cast("UserRequest", request)
        if not known.user.is_staff:
            raise Http404
        if _staff_lacks_second_factor(request):
            return _second_factor_page(request)
        known.now = clock.now()
        return view(known, *args, **kwargs)

    return _marked(opened, "staff")


def provider_only(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """A program of a payment provider: POST only, no session; the view checks the signature before anything else."""
    guarded = csrf_exempt(require_POST(view))
    return _marked(guarded, "provider")


def _staff_lacks_second_factor(request: HttpRequest) -> bool:
    """Whether this member of staff must set up a second factor, or sign in with it, first."""
    return bool(settings.STAFF_SECOND_FACTOR) and not has_second_factor(request)


def _second_factor_page(request: HttpRequest) -> HttpResponse:
    """Say that a second factor is needed, and where to set it up."""
    return render(request, "accounts/second_factor.html", status=403)


def _is_signed_in(request: HttpRequest) -> bool:
    return isinstance(request.user, User) and request.user.is_active


def _refusal(request: HttpRequest, wanted: Permission) -> HttpResponse | None:
    """Why this request may not go on, as a page; None when it may."""
    if not _is_signed_in(request):
        return redirect_to_login(request.get_full_path())
    membership = acting_of(request).membership
    if membership is None:
        if cast("User", request.user).is_staff and request.path == reverse("dashboard"):
            return redirect("admin:index")  # where staff who act for nobody begin
        raise Http404
    if membership.needs_second_factor and not has_second_factor(request):
        return _second_factor_page(request)
    if not may(membership, wanted):
        return render(request, "accounts/forbidden.html", {"permission": wanted, "membership": membership}, status=403)
    return None


def _acting_for(request: HttpRequest) -> CustomerRequest:
    acting = acting_of(request)
    known = cast("CustomerRequest", request)
    known.membership = cast("Membership", acting.membership)
    known.customer = known.membership.customer
    known.customers = acting.customers
    known.now = clock.now()
    return known


def _marked(view: V, access: str) -> V:
    view.access = access  # type: ignore[attr-defined]
    return view


# The pages of the login package are not ours to decorate: it decides by itself, and this says what it decides.
_OPEN_TO_ALL = (
    "account_login",
    "account_signup",
    "account_inactive",
    "account_confirm_login_code",
    "account_request_login_code",
    "account_email_verification_sent",
    "account_confirm_email",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "mfa_signup_webauthn",
    "mfa_trust",
)
_SIGNED_IN = (
    "account_logout",
    "account_reauthenticate",
    "account_email",
    "account_change_password",
    "account_set_password",
    "mfa_index",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_generate_recovery_codes",
    "mfa_view_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "mfa_edit_webauthn",
    "mfa_remove_webauthn",
    "usersessions_list",
)
LIBRARY_ACCESS: dict[str, str] = dict.fromkeys(_OPEN_TO_ALL, "public") | dict.fromkeys(_SIGNED_IN, "signed_in")
