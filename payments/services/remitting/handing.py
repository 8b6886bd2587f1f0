"""Give a file to the bank: a person downloads it, a command writes it, or a folder takes it that the bank watches."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import transaction

from core.failpoints import failpoint
from invoices import archive
from payments import locks
from payments.models import Remittance, RemittanceState
from payments.remittance_transitions import move, note

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User

_PRIVATE = 0o600


def content_of(remittance: Remittance) -> bytes:
    """The file, byte for byte as it was written. Raises ArchiveDamaged."""
    return archive.read(remittance.sha256)


def name_of(remittance: Remittance) -> str:
    """`R20261126-1-CORE.xml`."""
    return f"{remittance.message_id}-{remittance.scheme}.xml"


def take(remittance_id: int, *, by: User, at: datetime) -> bytes:
    """The file for a person, and the note of who took it: it holds account numbers. Raises ArchiveDamaged."""
    remittance = Remittance.objects.get(pk=remittance_id)
    content = content_of(remittance)
    with transaction.atomic():
        note(locks.lock_remittance(remittance_id), "downloaded", by=by, at=at, detail=name_of(remittance))
    return content


@transaction.atomic
def hand_over(remittance_id: int, *, by: User | None = None, detail: str = "", at: datetime) -> Remittance:
    """Note that the bank was given the file. One that it has answered stays as it is. Twice is once."""
    remittance = locks.lock_remittance(remittance_id)
    if remittance.state == RemittanceState.WRITTEN:
        move(remittance, RemittanceState.HANDED, at=at, by=by, detail=detail)
    return remittance


def drop(folder: Path, *, at: datetime) -> list[Remittance]:
    """Put every file that nobody gave to the bank in that folder, whole or not at all, then note it.

    Killed in between, the next turn writes the same bytes under the same name: the bank refuses a message twice.
    """
    waiting = Remittance.objects.filter(state=RemittanceState.WRITTEN).order_by("pk")
    return [_drop(remittance, folder, at=at) for remittance in waiting]


def _drop(remittance: Remittance, folder: Path, *, at: datetime) -> Remittance:
    write_whole(folder / name_of(remittance), content_of(remittance))
    failpoint("remit.dropped")
    return hand_over(remittance.pk, detail=str(folder.name), at=at)


def write_whole(path: Path, content: bytes) -> None:
    """The bytes at that path, readable by us alone, or nothing: they hold account numbers."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as aside:
            aside.write(content)
            aside.flush()
            os.fsync(aside.fileno())
        Path(name).chmod(_PRIVATE)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
