"""`manage.py export_fec`: the journal in the layout of the fichier des écritures comptables."""

from __future__ import annotations

import calendar
import json
from argparse import ArgumentTypeError
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError, no_translations

from accounts.selectors import NoSeller
from core import clock
from ledger import fec

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


def _month(typed: str) -> tuple[date, date]:
    """`2026-03`: its first and last day."""
    try:
        first = date.fromisoformat(f"{typed}-01")
    except ValueError:
        raise ArgumentTypeError(f"{typed!r} is no month; write 2026-03") from None
    return first, first.replace(day=calendar.monthrange(first.year, first.month)[1])


def _period(typed: str) -> tuple[date, date]:
    """`2026-03`, or several months as `2026-01:2026-03`."""
    first, _, last = typed.partition(":")
    start, end = _month(first)[0], _month(last or first)[1]
    if end < start:
        raise ArgumentTypeError(f"{typed!r} ends before it starts")
    return start, end


class Command(BaseCommand):
    help = "Write the journal in FEC layout: a whole year under its legal name, or the sub-ledger of a period."

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--year", type=int, choices=range(2000, 2100), metavar="Y", help="A whole exercise.")
        which.add_argument("--period", type=_period, metavar="M[:M]", help="2026-03, or 2026-01:2026-03.")
        parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="An existing folder, or a new one.")
        parser.add_argument("--json", action="store_true", help="Print what was written as one JSON object.")

    @no_translations
    def handle(
        self, *, year: int | None, period: tuple[date, date] | None, out: Path, json: bool, **_options: Any
    ) -> None:
        at = clock.now()
        try:
            file = fec.year_file(year, at=at) if year else fec.period_file(*(period or ()), at=at)
            out.mkdir(parents=True, exist_ok=True)
            written = fec.write_fec(file, out, at=at)
        except fec.FecRefused as refusal:
            raise CommandError(f"Nothing was written; the file would not be consistent.\n{refusal}") from refusal
        except (fec.NotYet, NoSeller) as refusal:
            raise CommandError(f"Nothing was written: {refusal}.") from refusal
        except OSError as fault:
            raise CommandError(f"{out} cannot be written: {fault.strerror}. Nothing was written.") from fault
        self._say(written, as_json=json)

    def _say(self, written: fec.FecWritten, *, as_json: bool) -> None:
        if as_json:
            answer = {
                "file": str(written.path),
                "description": str(written.description),
                "entries": written.entries,
                "lines": written.lines,
                "debit_cents": written.total.cents,
                "credit_cents": written.total.cents,
                "sha256": written.sha256,
            }
            self.stdout.write(json.dumps(answer))
            return
        self.stdout.write(f"{written.path}: {written.entries} entries, {written.lines} lines")
        self.stdout.write(f"{written.description}")
