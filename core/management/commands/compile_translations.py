"""`manage.py compile_translations`: compile the catalogues that changed (the production image does this once)."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from core.translations import compile_stale


class Command(BaseCommand):
    help = "Compile the catalogues of translations that changed."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(f"{compile_stale()} catalogues compiled")
