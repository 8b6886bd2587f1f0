"""App configuration."""

from __future__ import annotations

from django.apps import AppConfig


class ChorusConfig(AppConfig):
    name = "chorus"
    verbose_name = "Chorus Pro"

    def ready(self) -> None:
        from chorus.jobs import hear_of_issue, hear_of_references  # noqa: PLC0415 - models are loaded by now
        from chorus.presenting import InChorus  # noqa: PLC0415 - same
        from chorus.services.attaching import Attached  # noqa: PLC0415 - same
        from invoices.beside import show_beside  # noqa: PLC0415 - same
        from invoices.events import documents_issued, references_changed  # noqa: PLC0415 - same
        from invoices.extras import add_extras  # noqa: PLC0415 - same

        documents_issued.connect(hear_of_issue, dispatch_uid="chorus.opening")
        references_changed.connect(hear_of_references, dispatch_uid="chorus.references")
        show_beside(InChorus())
        add_extras(Attached())
