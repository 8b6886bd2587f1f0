"""Tables for spreadsheets, as CSV or XLSX, written row by row: text never runs as a formula, amounts stay numbers.

CSV is what Excel in French opens by itself: UTF-8 with a mark, semicolons, decimal commas; days as they sort.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any, Final, TypeAlias

import xlsxwriter

from core.cells import safe_text
from core.money import Money

if TYPE_CHECKING:
    from pathlib import Path

Cell: TypeAlias = str | Money | Decimal | int | date | None
Row: TypeAlias = Sequence[Cell]
BOM: Final = "\ufeff"
ROWS_OF_A_SHEET: Final = 1_000_000  # Excel ends at 1,048,576
_TITLE_LENGTH = 31
_NOT_IN_A_TITLE = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
_LONGEST_CELL = 32_767
_WIDTH = 16


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: what it is called, the names of its columns, and its rows, which are read once."""

    title: str
    columns: Sequence[str]
    rows: Iterable[Row]


def figures(amount: Money) -> str:
    """`−` is a hyphen and the comma is decimal, so that a spreadsheet takes it for a number: `-1234,05`."""
    return f"{amount.euros:.2f}".replace(".", ",")


def csv_row(cells: Row) -> str:
    """One line of CSV, with its end."""
    text: str = csv.writer(_Echo(), delimiter=";", lineterminator="\r\n").writerow([_plain(cell) for cell in cells])
    return text


def csv_lines(sheets: Iterable[Sheet]) -> Iterator[str]:
    """The tables as CSV, line by line; the second and later ones follow an empty line and their title."""
    yield BOM
    for place, sheet in enumerate(sheets):
        if place:
            yield csv_row(())
            yield csv_row([sheet.title])
        yield csv_row(sheet.columns)
        yield from map(csv_row, sheet.rows)


def write_xlsx(sheets: Iterable[Sheet], target: IO[bytes], *, aside: Path | None = None) -> None:
    """The tables as one workbook, a sheet each; rows go to the disk as they come, so memory stays flat.

    `aside` is a folder for them until the workbook is whole: where temporary files are kept in memory, name another.
    """
    # Text is never taken for a formula, a link or a number: each cell has the type of its value.
    book = xlsxwriter.Workbook(target, {"constant_memory": True, "tmpdir": str(aside) if aside else None})
    formats = {
        Money: book.add_format({"num_format": "#,##0.00"}),
        date: book.add_format({"num_format": "yyyy-mm-dd"}),
        "head": book.add_format({"bold": True, "bottom": 1}),
    }
    titles: set[str] = set()
    for sheet in sheets:
        _write_sheet(book, sheet, formats, titles)
    book.close()


def _write_sheet(book: Any, sheet: Sheet, formats: dict[object, Any], titles: set[str]) -> None:
    page, place = None, ROWS_OF_A_SHEET
    for row in _and_an_end(sheet.rows):
        if place >= ROWS_OF_A_SHEET:
            page, place = _page(book, sheet, formats["head"], titles), 0
        place += 1
        for column, cell in enumerate(row):
            _write_cell(page, (place, column), cell, formats)


def _and_an_end(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows; or an empty one, so that an empty table has its sheet too."""
    empty = True
    for row in rows:
        empty = False
        yield row
    if empty:
        yield ()


def _page(book: Any, sheet: Sheet, head: Any, titles: set[str]) -> Any:
    page = book.add_worksheet(_free_title(sheet.title, titles))
    page.freeze_panes(1, 0)
    page.set_column(0, max(len(sheet.columns) - 1, 0), _WIDTH)
    for column, name in enumerate(sheet.columns):
        page.write_string(0, column, name, head)
    return page


def _free_title(title: str, taken: set[str]) -> str:
    """A title that Excel accepts, and that no other sheet has."""
    plain = title.translate(_NOT_IN_A_TITLE).strip("' ")[:_TITLE_LENGTH] or "1"
    found, place = plain, 1
    while found.casefold() in taken:
        place += 1
        found = f"{plain[: _TITLE_LENGTH - len(str(place)) - 1]} {place}"
    taken.add(found.casefold())
    return found


def _write_cell(page: Any, place: tuple[int, int], cell: Cell, formats: dict[object, Any]) -> None:
    if isinstance(cell, str):
        page.write_string(*place, safe_text(cell)[:_LONGEST_CELL])
    elif isinstance(cell, Money):
        page.write_number(*place, cell.euros, formats[Money])
    elif isinstance(cell, date):
        page.write_datetime(*place, cell, formats[date])
    elif cell is not None:
        page.write_number(*place, cell)


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return safe_text(cell)
    if isinstance(cell, Money):
        return figures(cell)
    if isinstance(cell, Decimal):
        return f"{cell.normalize():f}".replace(".", ",")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


class _Echo:
    """A file that gives back what is written to it, so that the csv module can stream."""

    def write(self, text: str) -> str:
        return text
