"""The drop folder: files that the bank's channel (EBICS, SFTP) or a person puts there are imported by themselves.

A file that is done moves to `done`, one that is refused to `refused`, with a note of the reason beside it. A file still
being written is left for the next turn: it is taken when it has not changed for a while.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bank.readers import FileRefused, is_report
from bank.readers.bounds import MOST_BYTES
from bank.services.importing import import_file
from bank.services.reporting import read_report

if TYPE_CHECKING:
    from datetime import datetime

logger = logging.getLogger(__name__)
_QUIET: Final = timedelta(seconds=10)
DONE: Final = "done"
REFUSED: Final = "refused"


@dataclass(frozen=True, slots=True)
class Dropped:
    """What became of the files of one turn, by their names."""

    imported: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


def read_drop_folder(folder: Path, *, at: datetime) -> Dropped:
    """Import every file that lies in the folder and is not being written. Twice is once: what is known stays known."""
    imported, refused = [], []
    for path in sorted(folder.iterdir()):
        if not path.is_file() or path.is_symlink() or path.name.startswith(".") or not _is_quiet(path, at):
            continue
        try:
            told = _take(path, at=at)
        except FileRefused as refusal:
            logger.error("Bank file refused: %s", refusal)  # noqa: TRY400 - the reason is the file, not our code
            note = path.with_name(f"{path.name}.txt")
            note.write_text(f"{refusal}\n", encoding="utf-8")
            _move(note, folder / REFUSED, at)
            _move(path, folder / REFUSED, at)
            refused.append(path.name)
        else:
            logger.info("Bank file %s: %s", path.name, told)
            _move(path, folder / DONE, at)
            imported.append(path.name)
    return Dropped(tuple(imported), tuple(refused))


def _take(path: Path, *, at: datetime) -> str:
    """A statement, or the bank's answer to one of our files; returns what became of it."""
    content = _bytes(path)
    if is_report(content):
        remittance = read_report(content, path.name, at=at)
        return f"answer to {remittance.message_id}" if remittance else "answer to no file of ours"
    preview = import_file(content, path.name, at=at)
    return f"{preview.new} new lines, {preview.known} known"


def _bytes(path: Path) -> bytes:
    """No more of a file than is allowed, and a byte, so that the rest is noticed."""
    with path.open("rb") as opened:
        return opened.read(MOST_BYTES + 1)


def _is_quiet(path: Path, at: datetime) -> bool:
    return path.stat().st_mtime < (at - _QUIET).timestamp()


def _move(path: Path, folder: Path, at: datetime) -> None:
    """Out of the way, over nothing that is there already."""
    folder.mkdir(exist_ok=True)
    target = folder / path.name
    if target.exists():
        target = folder / f"{at:%Y%m%dT%H%M%S}-{path.name}"
    path.replace(target)
