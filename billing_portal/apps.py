"""App configuration."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from billing_portal.staff.groups import grant


class BillingPortalConfig(AppConfig):
    name = "billing_portal"
    verbose_name = _("Platform")

    def ready(self) -> None:
        from billing_portal import heartbeats  # noqa: F401, PLC0415 - connects itself to Celery; needs the models

        post_migrate.connect(grant, dispatch_uid="billing_portal.staff.groups")
