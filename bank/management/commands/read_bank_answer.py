"""`manage.py read_bank_answer`: the bank's answer to a file of direct debits (pain.002)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from bank import services
from bank.models import OrderState, TransferFile
from bank.readers import FileRefused
from bank.readers.bounds import MOST_BYTES
from core import clock
from payments.models import AnswerKind, Remittance

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    help = "Apply the bank's answer to a file of debits or transfers: which of them it will not make. Twice is once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="The pain.002 file as the bank gives it.")
        parser.add_argument("--json", action="store_true", dest="as_json", help="Print one JSON object.")

    @translation.override("en")  # the language of commands
    def handle(self, *, file: Path, as_json: bool, **_options: Any) -> None:
        try:
            with file.open("rb") as opened:
                answered = services.read_report(opened.read(MOST_BYTES + 1), file.name, at=clock.now())
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        except FileRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        if answered is None:
            raise CommandError("It answers no file of ours: nothing was changed, and staff see what it says.")
        told = _of_transfers(answered) if isinstance(answered, TransferFile) else _of_debits(answered)
        words = f"{told['message_id']}: {told['state']}, {told['refused']} refused"
        self.stdout.write(json.dumps(told) if as_json else words)


def _of_debits(remittance: Remittance) -> dict[str, Any]:
    refused = remittance.debits.filter(answers__kind=AnswerKind.REJECTED).count()
    return {"message_id": remittance.message_id, "state": remittance.state, "refused": refused}


def _of_transfers(file: TransferFile) -> dict[str, Any]:
    refused = file.orders.filter(state=OrderState.REFUSED).count()
    return {"message_id": file.message_id, "state": file.answer, "refused": refused}
