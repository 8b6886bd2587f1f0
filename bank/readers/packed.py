"""Zips of bank files. One level only, plain names, and no more bytes than one file may have."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from bank.readers.bounds import MOST_BYTES, MOST_FILES, check_size
from bank.readers.refusing import FileRefused

if TYPE_CHECKING:
    from collections.abc import Iterator

_NOT_MEANT: Final = ("__MACOSX/", ".DS_Store", "Thumbs.db")


def unpacked(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Each file with its name. Raises FileRefused."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [each for each in archive.infolist() if not each.is_dir() and not _is_litter(each.filename)]
            _check(members)
            left = MOST_BYTES
            for member in members:
                with archive.open(member) as packed:
                    inside = packed.read(left + 1)
                check_size(len(inside) if len(inside) <= left else MOST_BYTES + 1)
                left -= len(inside)
                yield member.filename, inside
    # BadZipFile: damaged; NotImplementedError: a compression nobody uses; RuntimeError: encrypted; others: crafted.
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise FileRefused(_("The zip is damaged, or protected by a password.")) from error


def _check(members: list[zipfile.ZipInfo]) -> None:
    if not members:
        raise FileRefused(_("There is no file in the zip."))
    if len(members) > MOST_FILES:
        raise FileRefused(_("There are more than %(most)d files in the zip.") % {"most": MOST_FILES})
    for member in members:
        name = member.filename.replace("\\", "/")
        if name.startswith("/") or ":" in name or ".." in name.split("/") or stat.S_ISLNK(member.external_attr >> 16):
            raise FileRefused(_("A name in the zip leads out of it: %(name)s.") % {"name": member.filename[:60]})


def _is_litter(name: str) -> bool:
    return name.startswith(_NOT_MEANT) or name.rsplit("/", 1)[-1] in _NOT_MEANT
