"""`manage.py sepa_file --date D --out F`: the file of the direct debits that our bank is to be given on that day."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import clock
from core.formats import money_text
from core.money import Money
from payments.models import Remittance, RemittanceState
from payments.services import remitting
from payments.services.remitting.handing import write_whole


class Command(BaseCommand):
    help = "Write the pain.008 file of the debits due to our bank, and note them as sent."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--date", type=date.fromisoformat, help="The day, YYYY-MM-DD; today when it is not given.")
        parser.add_argument("--out", type=Path, required=True, help="Where to write it; a second scheme gets -2.")
        parser.add_argument("--again", metavar="MESSAGE", help="Write that file once more, byte for byte.")
        parser.add_argument("--json", action="store_true", dest="as_json", help="Print one JSON object.")

    def handle(self, *, out: Path, as_json: bool, **options: Any) -> None:
        if not out.parent.is_dir():
            raise CommandError(f"{out.parent} is no folder. Nothing was written and nothing marked as sent.")
        day: date | None = options["date"]
        try:
            at = clock.moment_for(day)
        except clock.DateRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        told = [
            _write(remittance, _numbered(out, number))
            for number, remittance in enumerate(self._files(day or clock.local_date(at), options["again"], at))
        ]
        for each in told:
            remitting.hand_over(each.pop("pk"), detail=each["path"], at=at)
        self._tell(told, as_json=as_json)

    @staticmethod
    def _files(day: date, again: str | None, at: Any) -> list[Remittance]:
        """The files of that day, and those that were written before and never left."""
        if again is not None:
            found = list(Remittance.objects.filter(message_id=again))
            if not found:
                raise CommandError(f"There is no file {again}. `manage.py sepa_file --date D --out F` makes one.")
            return found
        try:
            remitting.make_remittances(on=day, at=at)
        except remitting.CannotRemit as refusal:
            raise CommandError(
                f"No file can be written: {refusal}. Correct the seller (`manage.py seller`). Nothing was sent."
            ) from refusal
        return list(Remittance.objects.filter(state=RemittanceState.WRITTEN).order_by("pk"))

    def _tell(self, told: list[dict[str, Any]], *, as_json: bool) -> None:
        count, total = sum(each["count"] for each in told), sum(each["total_cents"] for each in told)
        if as_json:
            self.stdout.write(json.dumps({"count": count, "total_cents": total, "files": told}))
        elif told:
            self.stdout.write(f"{count} debits, {money_text(Money(total))}: {', '.join(each['path'] for each in told)}")
        else:
            self.stdout.write("Nothing is due to the bank on that day: no file was written.")


def _numbered(out: Path, number: int) -> Path:
    return out if number == 0 else out.with_stem(f"{out.stem}-{number + 1}")


def _write(remittance: Remittance, path: Path) -> dict[str, Any]:
    write_whole(path, remitting.content_of(remittance))
    return {
        "pk": remittance.pk,
        "path": str(path),
        "message_id": remittance.message_id,
        "scheme": remittance.scheme,
        "count": remittance.count,
        "total_cents": remittance.total_cents,
        "sha256": remittance.sha256,
    }
