"""`manage.py write_docs`: write again the pages of docs/ that are made from the code."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from billing_portal.settings_page import settings_page


class Command(BaseCommand):
    help = "Write docs/settings.md from the settings."

    def handle(self, *_args: Any, **_options: Any) -> None:
        page = settings.BASE_DIR / "docs" / "settings.md"
        page.write_text(settings_page(), encoding="utf-8")
        self.stdout.write(f"{page.relative_to(settings.BASE_DIR)} written")
