"""The admin of Django, with our site in place of its own."""

from __future__ import annotations

from django.contrib.admin.apps import AdminConfig


class StaffAdminConfig(AdminConfig):
    default_site = "billing_portal.staff.site.StaffSite"
