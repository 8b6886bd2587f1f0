"""App configuration."""

from __future__ import annotations

from django.apps import AppConfig


class ChorusConfig(AppConfig):
    name = "chorus"
    verbose_name = "Chorus Pro"
