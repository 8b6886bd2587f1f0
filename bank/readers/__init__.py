"""Bank files, read: one reader per format, one shape out, and one way to be refused.

Nothing here knows the database. `read_file` finds the format by the content, unpacks zips, and keeps to the bounds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from bank.readers import camt
from bank.readers.bounds import Budget, check_size
from bank.readers.detecting import PAIN_002, ZIP, format_of
from bank.readers.packed import unpacked
from bank.readers.pain002 import read_status_report
from bank.readers.refusing import FileRefused
from bank.readers.shape import Line, Party, Statement, StatusReport, TransactionStatus
from bank.words import Format

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "FileRefused",
    "Line",
    "Party",
    "Statement",
    "StatusReport",
    "TransactionStatus",
    "format_of",
    "read_file",
    "read_status_report",
]
Reader = Callable[..., list[Statement]]
_READERS: Final[Mapping[str, Reader]] = {
    Format.CAMT_052: camt.read,
    Format.CAMT_053: camt.read,
    Format.CAMT_054: camt.read,
}


def read_file(content: bytes, name: str, *, format: str = "auto") -> list[Statement]:  # noqa: A002 - the word of the command
    """The statements in a file, or in the files of a zip, each naming its file. Raises FileRefused for all of it."""
    try:
        check_size(len(content))
        return _read(content, name, format, Budget())
    except FileRefused as refusal:
        raise refusal.of(name) from refusal.__cause__


def _read(content: bytes, name: str, wanted: str, budget: Budget) -> list[Statement]:
    found = format_of(content)
    if found != ZIP:
        return _read_one(content, name, found, wanted, budget)
    return [each for inside, packed in unpacked(content) for each in _read_packed(packed, inside, wanted, budget)]


def _read_packed(content: bytes, name: str, wanted: str, budget: Budget) -> list[Statement]:
    try:
        check_size(len(content))
        return _read_one(content, name, format_of(content), wanted, budget)
    except FileRefused as refusal:
        raise refusal.of(name) from refusal.__cause__


def _read_one(content: bytes, name: str, found: str, wanted: str, budget: Budget) -> list[Statement]:
    if found == ZIP:
        raise FileRefused(_("There is a zip in the zip."))
    if found == PAIN_002:
        raise FileRefused(
            _("This is the bank’s answer to a remittance (pain.002): it moves no money, so it is no statement."),
            advice=_("Nothing was imported."),
        )
    if wanted not in {"auto", found}:
        raise FileRefused(_("It is not %(wanted)s but %(found)s.") % {"wanted": wanted, "found": found})
    return [statement.named(name) for statement in _READERS[found](content, budget=budget)]
