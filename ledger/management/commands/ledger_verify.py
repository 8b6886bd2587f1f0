"""`manage.py ledger_verify`: recompute books, seals and closings from their rows; name the first broken link.

Status 1: broken.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, no_translations

from ledger.verification import count, verify

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "Recompute balances, running balances, lots, items, holds, seals and closings; name what is broken."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="Answer with one JSON object.")

    @no_translations
    def handle(self, *_args: Any, **options: Any) -> None:
        verdicts = list(verify(whole=True))
        broken = [verdict for verdict in verdicts if not verdict.ok]
        if options["json"]:
            checks = [{"name": verdict.name, "ok": verdict.ok, "detail": verdict.broken} for verdict in verdicts]
            answer = {"ok": not broken, "counted": count(), "first_broken": broken[0].broken if broken else None}
            self.stdout.write(json.dumps(answer | {"checks": checks}, ensure_ascii=False))
        else:
            for verdict in verdicts:
                self.stdout.write(f"{'ok' if verdict.ok else 'BROKEN':<7} {verdict.name}")
        for verdict in broken:
            self.stderr.write(f"{verdict.name}: {verdict.broken}")
        if broken:
            sys.exit(1)
