"""`manage.py import_statement`: import a bank statement, or say what it would bring."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from bank import services
from bank.readers import FileRefused
from bank.readers.bounds import MOST_BYTES
from bank.words import Format, LineState
from core import clock

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

    from bank.services import Preview


class Command(BaseCommand):
    help = (
        "Import a bank statement: each line once, whatever file it comes in. Status 1, and nothing written, if refused."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="The file as the bank gives it, or a zip of such files.")
        parser.add_argument(
            "--format", default="auto", choices=["auto", *Format.values], help="Default: found by the content."
        )
        parser.add_argument("--account", default="", help="IBAN of ours, for files that do not say of which they are.")
        parser.add_argument("--dry-run", action="store_true", help="Say what it would bring, and write nothing.")
        parser.add_argument("--json", action="store_true", dest="as_json", help="Print one JSON object.")

    @translation.override("en")  # the language of commands; amounts and days are written in it too
    def handle(self, *, file: Path, format: str, account: str, **options: Any) -> None:  # noqa: A002 - the word of the contract
        try:
            with file.open("rb") as opened:
                content = opened.read(MOST_BYTES + 1)
            preview = services.import_file(
                content, file.name, at=clock.now(), format=format, account=account, dry_run=options["dry_run"]
            )
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        except FileRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        if options["as_json"]:
            self.stdout.write(json.dumps(_facts(preview)))
            return
        for planned in preview.statements:
            self.stdout.write(services.summary(planned))
        self.stdout.write("Nothing was written." if options["dry_run"] else "Imported.")


def _facts(preview: Preview) -> dict[str, object]:
    """Counts of new lines: posted at import, suggested to a person, without any trace, money out."""
    stand = services.work_by_state(preview)
    return {
        "format": preview.format,
        "lines": preview.lines,
        "new": preview.new,
        "known": preview.known,
        "auto": stand[LineState.POSTED],
        "suggested": stand[LineState.SURE] + stand[LineState.SUGGESTED] + stand[LineState.SEVERAL],
        "unmatched": stand[LineState.UNMATCHED] + stand[LineState.NEW],
        "out": stand[LineState.OUT],
        "refused": 0,
        "left_out": sum(planned.statement.left_out for planned in preview.statements),
        "already_imported": preview.already,
    }
