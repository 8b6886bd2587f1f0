"""`manage.py ledger_close`: seal and close the periods that are over; with `--month`, lock the books of a month."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError, no_translations

from core import clock
from ledger import services

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "Seal what was recorded and close each day, month and year that is over; --month locks a month for ever."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--month", metavar="YYYY-MM", help="Refuse postings that take effect in it, from now on.")
        parser.add_argument("--json", action="store_true", help="Answer with one JSON object.")

    @no_translations
    def handle(self, *_args: Any, **options: Any) -> None:
        at = clock.now()
        if options["month"]:
            self._lock(options["month"])
        closed = [f"{each.kind} {each.starts_on.isoformat()}" for each in services.close_periods(at=at)]
        if options["json"]:
            self.stdout.write(json.dumps({"closed": closed, "locked": options["month"]}))
            return
        for each in closed or ["nothing was left to close"]:
            self.stdout.write(each)

    def _lock(self, month: str) -> None:
        try:
            services.close_month(date.fromisoformat(f"{month}-01"), at=clock.now())
        except services.MonthNotOver as error:
            raise CommandError(f"{error}. Lock it once it is over and its statements are in.") from error
        except ValueError as error:
            raise CommandError(f"{month!r} is not a month. Write it as 2026-10.") from error
