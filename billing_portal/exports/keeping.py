"""Where finished exports are kept, and for how long."""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

KEPT: Final = timedelta(days=7)
_NAME = re.compile(r"[0-9a-f]{32}\.(?:csv|xlsx|xml|zip)")
_FILE_MODE = 0o640


def folder() -> Path:
    """The folder; it is made when it is needed."""
    found = Path(settings.EXPORT_DIR)
    found.mkdir(parents=True, exist_ok=True)
    return found


@contextmanager
def new_file(name: str) -> Iterator[Path]:
    """A path to write; it becomes `name` when all went well, and else nothing stays."""
    target = _path(name)
    handle, aside = tempfile.mkstemp(dir=folder(), prefix=".", suffix=".part")
    os.close(handle)
    path = Path(aside)
    try:
        yield path
        with path.open("rb") as written:
            os.fsync(written.fileno())
        path.chmod(_FILE_MODE)
        path.replace(target)
    finally:
        path.unlink(missing_ok=True)


def kept_file(name: str) -> Path | None:
    """The finished file with that name, if it is still kept."""
    try:
        path = _path(name)
    except ValueError:
        return None
    return path if path.is_file() else None


def sweep(*, at: datetime) -> int:
    """Delete what was finished more than seven days ago, and what a dead worker left. Returns how many."""
    oldest = (at - KEPT).timestamp()
    gone = 0
    for path in folder().iterdir():
        if path.is_file() and path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def _path(name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise ValueError(f"not the name of an export: {name!r}")
    return folder() / name
