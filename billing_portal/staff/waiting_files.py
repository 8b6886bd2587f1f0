"""A file between its preview and its confirmation: kept aside for an hour, for the person who sent it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.core import signing

if TYPE_CHECKING:
    from datetime import datetime

_KEPT: Final = timedelta(hours=1)
_SALT: Final = "billing_portal.waiting_files"
_NAME: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class WaitingFile:
    """What was sent, and what was said of it."""

    content: bytes
    name: str
    account: str


def keep(content: bytes, name: str, account: str, *, user_id: int, at: datetime) -> str:
    """Put a file aside; returns the ticket that fetches it. Those that waited too long are thrown away."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if path.stat().st_mtime < (at - _KEPT).timestamp():
            path.unlink(missing_ok=True)
    sha256 = hashlib.sha256(content).hexdigest()
    (folder / sha256).write_bytes(content)
    return signing.dumps({"sha256": sha256, "name": name, "account": account, "user": user_id}, salt=_SALT)


def fetch(ticket: str, *, user_id: int) -> WaitingFile | None:
    """The file of a ticket of that person; nothing when it waited too long."""
    try:
        said = signing.loads(ticket, salt=_SALT, max_age=_KEPT)
    except signing.BadSignature:
        return None
    path = _folder() / said["sha256"]
    if said["user"] != user_id or not _NAME.fullmatch(said["sha256"]) or not path.is_file():
        return None
    return WaitingFile(path.read_bytes(), said["name"], said["account"])


def drop(file: WaitingFile) -> None:
    """It was imported: the archive has it."""
    (_folder() / hashlib.sha256(file.content).hexdigest()).unlink(missing_ok=True)


def _folder() -> Path:
    return Path(settings.EXPORT_DIR) / "waiting"
