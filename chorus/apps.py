"""App configuration."""

from __future__ import annotations

from django.apps import AppConfig


class ChorusConfig(AppConfig):
    name = "chorus"
    verbose_name = "Chorus Pro"

    def ready(self) -> None:
        from chorus.jobs import hear_of_issue  # noqa: PLC0415 - models are loaded by now
        from invoices.events import documents_issued  # noqa: PLC0415 - same

        documents_issued.connect(hear_of_issue, dispatch_uid="chorus.opening")
