"""Tables: CSV of any usual kind, and XLSX. Text stays text: nothing that looks like a formula is ever run."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from bank.readers.camt_entries import NOT_A_REFERENCE
from bank.readers.headings import Columns, ColumnsUnknown, fingerprint, recognised
from bank.readers.ibans import read_iban
from bank.readers.kinds import by_words
from bank.readers.numbers import NotANumber, decimal_sign, read_amount
from bank.readers.refusing import FileRefused
from bank.readers.shape import Line, Party, Statement
from bank.readers.texts import decoded
from bank.readers.workbooks import rows_of_workbook
from bank.words import Format
from core.money import ZERO, Money

if TYPE_CHECKING:
    from bank.readers.bounds import Budget

Row = tuple[int, list[str]]
"""The number of the row in the file, and its cells."""
Profiles = Mapping[str, Columns]
_DELIMITERS: Final = (";", ",", "\t", "|")
_HEAD_ROWS: Final = 40
_LEAST_CELLS: Final = 3
_IBAN: Final = re.compile(r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){11,30}\b")
_ISO: Final = re.compile(r"(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})(?:[T ].*)?")
_EUROPEAN: Final = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})(?: .*)?")
_MONTHS: Final = 12


def read_csv(content: bytes, *, budget: Budget, profiles: Profiles) -> list[Statement]:
    """The movements of a CSV file. Raises FileRefused, or ColumnsUnknown."""
    text = decoded(content)
    best: list[Row] = []
    for delimiter in _DELIMITERS:
        head = _some(_csv_rows(text, delimiter), _HEAD_ROWS)
        if _known_heading(head, profiles) is not None:
            return [_statement(_csv_rows(text, delimiter), Format.CSV, budget, profiles)]
        best = max(best, head, key=lambda rows: max((len(cells) for _place, cells in rows), default=0))
    raise _unknown(best)


def read_xlsx(content: bytes, *, budget: Budget, profiles: Profiles) -> list[Statement]:
    """The movements of the first sheet of a workbook that has any. Raises FileRefused, or ColumnsUnknown."""
    best: list[Row] = []
    for listed in rows_of_workbook(content, budget=budget):
        if _known_heading(listed[:_HEAD_ROWS], profiles) is not None:
            return [_statement(listed, Format.XLSX, budget, profiles)]
        best = max(best, listed[:_HEAD_ROWS], key=len)
    raise _unknown(best)


def _unknown(rows: list[Row]) -> FileRefused:
    """A table without a heading that is known, or no table at all."""
    heading = next((place for place, (_line, cells) in enumerate(rows) if _filled(cells) >= _LEAST_CELLS), None)
    if heading is None:
        return FileRefused(_("This is no bank statement that we know."))
    return ColumnsUnknown(rows[heading][1], [cells for _line, cells in rows[heading + 1 :]])


def _statement(rows: Iterable[Row], format: Format, budget: Budget, profiles: Profiles) -> Statement:  # noqa: A002 - our word
    before: list[str] = []
    columns: Columns | None = None
    table: list[Row] = []
    for place, cells in rows:
        if columns is not None:
            budget.spend_line()
            if _filled(cells):
                table.append((place, cells))
        elif (columns := _columns(cells, profiles)) is None:
            before += cells
    lines = _lines(table, columns or {})
    if not lines:
        raise FileRefused(_("There is no movement in this table."))
    days = [line.booked_on for line in lines]
    return Statement(
        format=format,
        account=next(
            (iban for text in before for each in _IBAN.findall(text.upper()) if (iban := read_iban(each))), ""
        ),
        currency=_currency(table, columns or {}),
        first_on=min(days),
        last_on=max(days),
        lines=tuple(line for line in lines if line.amount),
        left_out=sum(not line.amount for line in lines),
    )


def _lines(table: list[Row], columns: Columns) -> list[Line]:
    roles = [role for role in ("amount", "debit", "credit") if role in columns]
    decimal = decimal_sign(_cell(cells, columns, role) for _place, cells in table for role in roles)
    lines = []
    for place, cells in table:
        if not _cell(cells, columns, "booked_on") and not any(_cell(cells, columns, role) for role in roles):
            continue  # a note or a total below the table
        lines.append(_line(cells, columns, decimal, place))
    return lines


def _line(cells: list[str], columns: Columns, decimal: str, place: int) -> Line:
    amount = _amount(cells, columns, decimal, place)
    booked_on = _day(_cell(cells, columns, "booked_on"), place)
    if booked_on is None:
        raise FileRefused(_("The entry has no date."), line=place)
    text = " ".join(dict.fromkeys(each for each in _cells(cells, columns, "text") if each))
    reference = _cell(cells, columns, "reference")
    return Line(
        place=place,
        booked_on=booked_on,
        value_on=_day(_cell(cells, columns, "value_on"), place),
        amount=amount,
        kind=by_words(text, incoming=amount.cents > 0),
        bank_reference="" if reference.upper() in NOT_A_REFERENCE else reference,
        end_to_end=_cell(cells, columns, "end_to_end"),
        text=text,
        party=Party(name=_cell(cells, columns, "name"), iban=read_iban(_cell(cells, columns, "iban"))),
    )


def _amount(cells: list[str], columns: Columns, decimal: str, place: int) -> Money:
    """Signed: one column, or one for each sense, whose sign some banks write and others do not."""
    try:
        if "amount" in columns:
            return read_amount(_cell(cells, columns, "amount"), decimal)
        debit, credit = (_cell(cells, columns, role) for role in ("debit", "credit"))
        out = read_amount(debit, decimal) if debit else ZERO
        into = read_amount(credit, decimal) if credit else ZERO
    except NotANumber as error:
        reason = _("“%(text)s” is not an amount of euros and cents.") % {"text": str(error)[:40]}
        raise FileRefused(reason, line=place) from None
    if not debit and not credit:
        raise FileRefused(_("The entry has no amount."), line=place)
    return into - Money(abs(out.cents))


def _day(text: str, place: int) -> date | None:
    """2026-11-27, 20261127, 27/11/2026, 27.11.26: the day comes first where the year does not."""
    if not text:
        return None
    iso, european = _ISO.fullmatch(text), _EUROPEAN.fullmatch(text)
    found = iso.groups() if iso else (european[3], european[2], european[1]) if european else ("0", "0", "0")
    year, month, day = (int(each) for each in found)
    try:
        return date(year + 2000 if len(found[0]) == 2 else year, month, day)  # noqa: PLR2004 - a year of two digits
    except ValueError:
        if european and month > _MONTHS >= day:
            reason = _("“%(text)s” is not a date: the day has to come before the month.") % {"text": text[:40]}
        else:
            reason = _("“%(text)s” is not a date.") % {"text": text[:40]}
        raise FileRefused(reason, line=place) from None


def _currency(table: list[Row], columns: Columns) -> str:
    named = sorted({_cell(cells, columns, "currency").upper() for _place, cells in table} - {""})
    if len(named) > 1:
        raise FileRefused(_("It mixes currencies: %(names)s.") % {"names": ", ".join(named)[:60]})
    return {"€": "EUR"}.get(named[0], named[0]) if named else "EUR"


def _columns(cells: Sequence[str], profiles: Profiles) -> Columns | None:
    return profiles.get(fingerprint(cells)) or recognised(cells)


def _known_heading(rows: Iterable[Row], profiles: Profiles) -> Columns | None:
    return next((columns for _place, cells in rows if (columns := _columns(cells, profiles)) is not None), None)


def _csv_rows(text: str, delimiter: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for cells in reader:
            yield reader.line_num, [cell.strip() for cell in cells]
    except csv.Error as error:
        raise FileRefused(_("The table is damaged here."), line=reader.line_num) from error


def _some(rows: Iterator[Row], most: int) -> list[Row]:
    return [row for row, _place in zip(rows, range(most), strict=False)]


def _cells(cells: Sequence[str], columns: Columns, role: str) -> list[str]:
    return [cells[place] for place in columns.get(role, ()) if place < len(cells)]


def _cell(cells: Sequence[str], columns: Columns, role: str) -> str:
    return next(iter(_cells(cells, columns, role)), "")


def _filled(cells: Sequence[str]) -> int:
    return sum(bool(cell) for cell in cells)
