"""App configuration."""

from __future__ import annotations

from django.apps import AppConfig
from django.conf import settings

from core.translations import compile_stale


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        if not settings.PRODUCTION:  # the production image compiles them once, when it is built
            compile_stale()
