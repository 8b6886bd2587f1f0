"""`manage.py chorus_sync`: send what waits for Chorus Pro, and follow what was sent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from chorus import wiring
from chorus.gateways.base import NotConfigured
from chorus.selectors.submissions import trouble
from chorus.services import syncing
from core import clock

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    help = (
        "Send what waits for Chorus Pro and ask about everything that was sent. Needs no worker, and waits for nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", dest="as_json", help="Print one JSON object.")

    def handle(self, *, as_json: bool, **_options: Any) -> None:
        try:
            done = syncing.sync(wiring.transport(), wiring.directory(), at=clock.now())
        except NotConfigured as error:
            raise CommandError(
                "Chorus Pro is not configured: nothing was sent or asked. "
                "Set PISTE_TOKEN_URL, PISTE_API_BASE, PISTE_CLIENT_ID, PISTE_SECRET, CHORUS_LOGIN and CHORUS_PASSWORD."
            ) from error
        if stopped := trouble():
            self.stderr.write(f"Nothing leaves since {stopped.stopped_since}: {stopped.stopped_why}")
        if as_json:
            self.stdout.write(json.dumps(done.as_dict()))
            return
        for name, count in done.as_dict().items():
            self.stdout.write(f"{name}: {count}")
