"""The work of the bank that the outbox does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.conf import settings

from bank import services
from outbox.registry import job

if TYPE_CHECKING:
    from datetime import datetime

READ_FOLDER: Final = "bank.read_folder"
APPLY_DEBITS: Final = "bank.apply_debits"


@job(READ_FOLDER, attempts=3)
def read_folder(*, at: datetime) -> dict[str, list[str]]:
    """Import what was dropped."""
    dropped = services.read_drop_folder(Path(settings.BANK_DROP_FOLDER), at=at)
    return {"imported": list(dropped.imported), "refused": list(dropped.refused)}


@job(APPLY_DEBITS)
def apply_debits(*, at: datetime) -> dict[str, int]:
    """Post the lines about debits of ours that a crash left unposted."""
    return {"posted": services.apply_debits(at=at)}
