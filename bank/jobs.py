"""The work of the bank that the outbox does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings

from bank import services
from bank.services import transferring
from bank.services.bulk import ACCEPT_MANY, UNDO_MANY
from bank.services.receipting import TELL
from outbox.registry import job

if TYPE_CHECKING:
    from datetime import datetime

READ_FOLDER: Final = "bank.read_folder"
APPLY_DEBITS: Final = "bank.apply_debits"
SEND_TRANSFERS: Final = "bank.send_transfers"
MATCH: Final = "bank.match"


@job(READ_FOLDER, attempts=3)
def read_folder(*, at: datetime) -> dict[str, list[str]]:
    """Import what was dropped."""
    dropped = services.read_drop_folder(Path(settings.BANK_DROP_FOLDER), at=at)
    return {"imported": list(dropped.imported), "refused": list(dropped.refused)}


@job(APPLY_DEBITS)
def apply_debits(*, at: datetime) -> dict[str, int]:
    """Post the lines about debits of ours that a crash left unposted."""
    return {"posted": services.apply_debits(at=at)}


@job(MATCH)
def match(*, at: datetime) -> dict[str, int]:
    """Match the lines that nobody looked at yet; import and undo what a second person agreed to."""
    services.import_agreed(at=at)
    services.apply_debits(at=at)
    services.apply_leaving(at=at)
    return {"posted": services.match_new(at=at), "undone": services.undo_approved(at=at)}


@job(SEND_TRANSFERS)
def send_transfers(*, at: datetime) -> dict[str, list[str]]:
    """Go on with orders that were approved; with a folder of the bank, their file goes into it."""
    transferring.sweep_orders(at=at)
    if not settings.SEPA_FOLDER:
        return {"files": []}
    transferring.make_file_of_the_day(at=at)
    left = transferring.drop_transfer_files(Path(settings.SEPA_FOLDER), at=at)
    return {"files": [file.message_id for file in left]}


@job(TELL)
def tell(*, decision_ids: list[int], at: datetime) -> dict[str, int]:
    """Write receipts and mails of money that stays where it was credited."""
    return {"told": services.tell(decision_ids, at=at)}


@job(ACCEPT_MANY)
def accept_many(*, at: datetime, **payload: Any) -> dict[str, Any]:
    """Credit the lines that a person confirmed in a list."""
    return services.accept_many(at=at, **payload)


@job(UNDO_MANY)
def undo_many(*, at: datetime, **payload: Any) -> dict[str, Any]:
    """Undo what was decided together."""
    return services.undo_many(at=at, **payload)
