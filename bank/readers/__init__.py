"""Bank files, read: one reader per format, one shape out, and one way to be refused.

Nothing here knows the database. `read_file` finds the format by the content, unpacks zips, and keeps to the bounds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from bank.readers import camt, cfonb, ofx, swift, tables
from bank.readers.bounds import Budget, check_size
from bank.readers.detecting import PAIN_002, ZIP, format_of
from bank.readers.headings import Columns, ColumnsUnknown, fingerprint, is_enough
from bank.readers.packed import unpacked
from bank.readers.pain002 import read_status_report
from bank.readers.refusing import FileRefused
from bank.readers.shape import Line, Party, Statement, StatusReport, TransactionStatus
from bank.words import Format

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Columns",
    "ColumnsUnknown",
    "FileRefused",
    "Line",
    "Party",
    "Statement",
    "StatusReport",
    "TransactionStatus",
    "fingerprint",
    "format_of",
    "is_enough",
    "is_report",
    "read_file",
    "read_status_report",
]
Reader = Callable[..., list[Statement]]
_READERS: Final[Mapping[str, Reader]] = {
    Format.CAMT_052: camt.read,
    Format.CAMT_053: camt.read,
    Format.CAMT_054: camt.read,
    Format.CFONB_120: cfonb.read,
    Format.MT_940: swift.read,
    Format.OFX: ofx.read,
}
_TABLES: Final[Mapping[str, Reader]] = {Format.CSV: tables.read_csv, Format.XLSX: tables.read_xlsx}


def read_file(
    content: bytes,
    name: str,
    *,
    format: str = "auto",  # noqa: A002 - the word of the command
    profiles: Mapping[str, Columns] | None = None,
) -> list[Statement]:
    """The statements in a file, or in the files of a zip, each naming its file. Raises FileRefused for all of it.

    `profiles` are the layouts of tables that people described, by the fingerprint of their headings.
    """
    asked = _Asked(format, profiles or {}, Budget())
    try:
        check_size(len(content))
        found = format_of(content)
        if found != ZIP:
            return asked.read(content, name, found)
        return [each for inside, packed in unpacked(content) for each in _packed(packed, inside, asked)]
    except FileRefused as refusal:
        raise refusal.of(name) from refusal.__cause__


def _packed(content: bytes, name: str, asked: _Asked) -> list[Statement]:
    try:
        check_size(len(content))
        return asked.read(content, name, format_of(content))
    except FileRefused as refusal:
        raise refusal.of(name) from refusal.__cause__


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was asked of a file, and what is left to spend on it."""

    format: str
    profiles: Mapping[str, Columns]
    budget: Budget

    def read(self, content: bytes, name: str, found: str) -> list[Statement]:
        if found == ZIP:
            raise FileRefused(_("There is a zip in the zip."))
        if found == PAIN_002:
            raise FileRefused(
                _("This is the bank’s answer to a remittance (pain.002): it moves no money, so it is no statement."),
                advice=_("Nothing was imported."),
            )
        if self.format not in {"auto", found}:
            raise FileRefused(
                _("It is not %(wanted)s but %(found)s.") % {"wanted": self.format, "found": found},
                advice=_("Nothing was imported. Let the format be found by the content."),
            )
        if found in _TABLES:
            statements = _TABLES[found](content, budget=self.budget, profiles=self.profiles)
        else:
            statements = _READERS[found](content, budget=self.budget)
        return [statement.named(name) for statement in statements]


def is_report(content: bytes) -> bool:
    """Whether a file is the bank's answer to a remittance (pain.002) rather than a statement."""
    try:
        return format_of(content) == PAIN_002
    except FileRefused:
        return False
