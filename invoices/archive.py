"""The archive: files named by the SHA-256 of their bytes, written once, checked each time they are read.

A file appears under its name only when it is whole and on the disk (written aside, synced, renamed). Nothing here
deletes or overwrites.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path

from django.conf import settings

_NAME = re.compile(r"[0-9a-f]{64}")
_FILE_MODE = 0o440
_CHUNK = 1 << 20


class ArchiveDamaged(OSError):
    """A stored file is missing, or its bytes are no longer those of its name. It is never served."""

    def __init__(self, sha256: str, reason: str) -> None:
        super().__init__(f"stored document {sha256} is {reason}")
        self.sha256, self.reason = sha256, reason


def store(content: bytes) -> str:
    """Keep these bytes; returns their SHA-256, by which they are found again. Twice is once."""
    sha256 = hashlib.sha256(content).hexdigest()
    path = _path(sha256)
    if not _is_whole(path, sha256):
        _write(path, content)
    return sha256


def read(sha256: str) -> bytes:
    """The stored bytes. Raises ArchiveDamaged when they are missing or not the ones that were stored."""
    try:
        content = _path(sha256).read_bytes()
    except FileNotFoundError:
        raise ArchiveDamaged(sha256, "missing") from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ArchiveDamaged(sha256, "damaged")
    return content


def is_whole(sha256: str) -> bool:
    """Whether the stored bytes are there and are the ones that were stored. Reads them in pieces."""
    return _is_whole(_path(sha256), sha256)


def _path(sha256: str) -> Path:
    if not _NAME.fullmatch(sha256):
        raise ValueError(f"not a SHA-256: {sha256!r}")
    return Path(settings.ARCHIVE_DIR) / sha256[:2] / sha256


def _is_whole(path: Path, sha256: str) -> bool:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stored:
            while piece := stored.read(_CHUNK):
                digest.update(piece)
    except FileNotFoundError:
        return False
    return digest.hexdigest() == sha256


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".part", delete=False) as aside:
        try:
            aside.write(content)
            aside.flush()
            os.fsync(aside.fileno())
            Path(aside.name).chmod(_FILE_MODE)
            Path(aside.name).replace(path)
        except BaseException:
            Path(aside.name).unlink(missing_ok=True)
            raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """A rename survives a power cut only when the folder is on the disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
