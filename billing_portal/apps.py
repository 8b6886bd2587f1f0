"""App configuration."""

from __future__ import annotations

from django.apps import AppConfig


class BillingPortalConfig(AppConfig):
    name = "billing_portal"
