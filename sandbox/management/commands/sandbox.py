"""`manage.py sandbox`: the imitations of the outside world, alone."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from sandbox.running import add_arguments, run


class Command(BaseCommand):
    """Run the sandbox until it is told to stop."""

    help = "Imitate the payment provider and the mail server on this machine. The first line printed is the settings."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_arguments(parser)

    def handle(self, *_args: Any, **given: Any) -> None:
        try:
            run(
                port=given["port"],
                smtp_port=given["smtp_port"],
                product=given["product"],
                state=given["state"] or settings.RUN_DIR / "sandbox.sqlite",
            )
        except OSError as error:
            raise CommandError(f"The sandbox cannot start: {error}") from error
