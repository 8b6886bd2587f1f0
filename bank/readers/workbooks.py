"""The cells of an XLSX workbook as text; formulas are read as the text that they are, and never computed."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import openpyxl
from django.utils.translation import gettext as _

from bank.readers.bounds import MOST_BYTES, MOST_LINES
from bank.readers.refusing import FileRefused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bank.readers.bounds import Budget

_MOST_UNPACKED: Final = 5 * MOST_BYTES
_MOST_COLUMNS: Final = 100
_MOST_ROWS: Final = MOST_LINES + 100
_SIX_DECIMALS: Final = Decimal("0.000001")


def rows_of_workbook(content: bytes, *, budget: Budget) -> Iterator[list[tuple[int, list[str]]]]:
    """The rows of each sheet, each with its number. Raises FileRefused."""
    try:
        _check(content)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        for sheet in book.worksheets:
            yield list(_rows(sheet, budget))
    except FileRefused:
        raise
    except Exception as error:
        raise FileRefused(_("The workbook is damaged.")) from error


def _check(content: bytes) -> None:
    """The sizes that the zip declares are those at which reading it stops."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        if sum(member.file_size for member in packed.infolist()) > _MOST_UNPACKED:
            raise FileRefused(_("The workbook is too large."), advice=_("Export a shorter period."))
        for member in packed.infolist():
            if member.filename.endswith((".xml", ".rels")):
                with packed.open(member) as part:
                    if b"<!" in part.read(1024).replace(b"<!--", b""):
                        raise FileRefused(_("It has a document type or entities. Statements of banks have none."))


def _rows(sheet: Any, budget: Budget) -> Iterator[tuple[int, list[str]]]:
    for place, cells in enumerate(sheet.iter_rows(values_only=True, max_col=_MOST_COLUMNS), 1):
        budget.look_at_the_clock()
        if place > _MOST_ROWS:
            raise FileRefused(
                _("The file has more than %(most)d lines.") % {"most": MOST_LINES}, advice=_("Export a shorter period.")
            )
        texts = [_text(cell) for cell in cells]
        while texts and not texts[-1]:
            texts.pop()
        yield place, texts


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, int | Decimal) or type(cell).__name__ == "float":
        # Excel keeps 0.1 + 0.2 as 0.30000000000000004: six decimals are more than any amount has.
        return f"{Decimal(str(cell)).quantize(_SIX_DECIMALS).normalize():f}"
    return " ".join(str(cell).replace("\0", "").split())
