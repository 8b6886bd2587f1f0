"""`manage.py selfcheck`: every invariant of every app. Exit status 1 when one does not hold."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from billing_portal import selfcheck
from core import clock


class Command(BaseCommand):
    help = "Check all invariants."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", dest="as_json", help="Print one JSON object.")

    def handle(self, *, as_json: bool, **_options: Any) -> None:
        results = selfcheck.run(at=clock.now())
        ok = all(result.ok for result in results)
        if as_json:
            self.stdout.write(json.dumps({"ok": ok, "checks": [asdict(result) for result in results]}))
        else:
            for result in results:
                mark = "ok   " if result.ok else "WRONG"
                self.stdout.write(f"{mark} {result.name}: {result.detail}")
            self.stdout.write("Everything holds." if ok else "Something does not hold.")
        if not ok:
            raise SystemExit(1)
