from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from invoices import archive
from invoices.archive import ArchiveDamaged

CONTENT = b"%PDF-1.7 bytes"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def stored(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_bytes_are_found_again_by_their_hash(archive_folder: Path) -> None:
    assert archive.store(CONTENT) == SHA256

    assert archive.read(SHA256) == CONTENT
    assert archive.is_whole(SHA256)
    assert [path.name for path in stored(archive_folder)] == [SHA256]


def test_keeping_twice_is_keeping_once(archive_folder: Path) -> None:
    archive.store(CONTENT)
    [path] = stored(archive_folder)
    before = path.stat()

    archive.store(CONTENT)

    assert path.stat().st_mtime_ns == before.st_mtime_ns


def test_a_stored_file_is_read_only(archive_folder: Path) -> None:
    archive.store(CONTENT)

    assert stored(archive_folder)[0].stat().st_mode & 0o222 == 0


@pytest.mark.parametrize("bad", [b"", CONTENT[:-1], CONTENT + b"x"])
def test_a_damaged_file_is_refused(archive_folder: Path, bad: bytes) -> None:
    archive.store(CONTENT)
    path = stored(archive_folder)[0]
    path.chmod(0o640)
    path.write_bytes(bad)

    with pytest.raises(ArchiveDamaged, match="damaged"):
        archive.read(SHA256)
    assert not archive.is_whole(SHA256)


def test_a_missing_file_is_refused(archive_folder: Path) -> None:
    with pytest.raises(ArchiveDamaged, match="missing"):
        archive.read(SHA256)


def test_storing_again_repairs_a_damaged_file(archive_folder: Path) -> None:
    archive.store(CONTENT)
    path = stored(archive_folder)[0]
    path.chmod(0o640)
    path.write_bytes(b"")

    archive.store(CONTENT)

    assert archive.read(SHA256) == CONTENT


def test_a_disk_that_fails_leaves_no_half_file(archive_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)

    with pytest.raises(OSError, match="No space"):
        archive.store(CONTENT)

    assert stored(archive_folder) == []


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, SHA256 + "0"])
def test_only_a_hash_names_a_file(name: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        archive.read(name)
