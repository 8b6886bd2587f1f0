"""Addresses. Each app brings its own; words follow the language of the reader where a person types them."""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from billing_portal import status
from billing_portal.dashboard import dashboard

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", include("billing_portal.staff.urls")),  # before the admin's own, whose last pattern takes the rest
    path("admin/", admin.site.urls),
    path("account/", include("allauth.urls")),
    path("", dashboard, name="dashboard"),
    path("", include("accounts.urls")),
    path("", include("ledger.urls")),
    path("", include("invoices.urls")),
    path("", include("payments.urls")),
    path("", include("bank.urls")),
    path("", include("chorus.urls")),
    path("healthz", status.healthz, name="healthz"),
    path(".well-known/security.txt", status.security_txt, name="security_txt"),
]
handler500 = "billing_portal.errors.server_error"
