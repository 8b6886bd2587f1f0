"""`manage.py collect --date D [--json]`: begin every automatic debit due on that day."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import clock
from core.formats import money_text
from payments.services import collecting
from payments.wiring import gateway_for


class Command(BaseCommand):
    help = "Begin every automatic debit due on a day, and on the days before it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--date", type=date.fromisoformat, help="The day, YYYY-MM-DD; today when it is not given.")
        parser.add_argument("--json", action="store_true", dest="as_json", help="Print one JSON object.")

    def handle(self, *, as_json: bool, **options: Any) -> None:
        day: date | None = options["date"]
        try:
            at = clock.moment_for(day)
        except clock.DateRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        done = collecting.collect(gateways=gateway_for, on=day or clock.local_date(at), at=at)
        told = asdict(done) | {"total_cents": done.total.cents}
        del told["total"]
        if as_json:
            self.stdout.write(json.dumps(told))
        else:
            self.stdout.write(f"{done.started} begun, {money_text(done.total)} collected, {done.left} left for later.")
