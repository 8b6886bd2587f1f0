"""The health page of staff, and the frame of all our pages in the admin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.permissions import staff_required
from billing_portal import heartbeats
from billing_portal.staff.health import health_page

if TYPE_CHECKING:
    from django import forms
    from django.http import HttpRequest

    from accounts.permissions import UserRequest

UNPROCESSABLE = 422


@staff_required
def health(request: UserRequest) -> HttpResponse:
    """Who was seen alive, and whether everything holds."""
    context = {"signs": heartbeats.signs(at=request.now), **health_page(at=request.now)}
    return staff_page(request, "staff/health.html", _("Health"), **context)


def staff_page(request: HttpRequest, template: str, title: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """One of our pages, in the frame of the admin."""
    frame = admin.site.each_context(request)
    request.current_app = admin.site.name
    return render(request, template, {**frame, "title": title, **context}, status=status)


def form_page(request: HttpRequest, form: forms.BaseForm, *, title: str, button: str, note: str = "") -> HttpResponse:
    """A page with one form and one button; answered 422 when something is to be corrected."""
    status = UNPROCESSABLE if form.errors else 200
    return staff_page(request, "staff/form.html", title, status=status, form=form, button=button, note=note)
