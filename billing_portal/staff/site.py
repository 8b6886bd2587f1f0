"""The staff admin as a site: one way in, shared with everybody, and the to-do page as its first page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.views import LogoutView, redirect_to_login
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from unfold.sites import UnfoldAdminSite

from accounts.permissions import staff_required
from billing_portal.staff import todo
from core import clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse


class StaffSite(UnfoldAdminSite):  # type: ignore[misc]
    """People sign in by the portal's own pages (second factor, passkeys, limits), never by a form of the admin."""

    def admin_view(self, view: Callable[..., HttpResponse], cacheable: bool = False) -> Any:  # noqa: FBT001, FBT002 - Django's
        """Every page of the admin: staff only, with the second factor where it is asked for."""
        return staff_required(super().admin_view(view, cacheable))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """To the sign-in page of everybody, and back."""
        return redirect_to_login(request.GET.get("next") or "/admin/")

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """End the session, then show the sign-in page."""
        return LogoutView.as_view(next_page="account_login")(request)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The same page as for everybody."""
        return redirect("account_change_password")

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """What waits for somebody."""
        now = clock.now()
        queues = todo.queues(at=now)
        context = {**self.each_context(request), "title": _("To do"), "queues": queues, "now": now}
        request.current_app = self.name
        return TemplateResponse(request, "staff/todo.html", context)
