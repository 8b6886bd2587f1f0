from __future__ import annotations

import csv
import io
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from core import sheets
from core.money import Money
from core.sheets import Row, Sheet
from tests.support.workbook import read_workbook

HOSTILE = ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "\0=1", "\uff1d1", "\uff0b1", "\uff0d1", "\uff201"]
KINDS: Row = ["Zoë; «1»", Money(-123_405), date(2026, 2, 28), Decimal("5.50"), -7, None, 'a "quote"']


def as_csv(*tables: Sheet) -> list[list[str]]:
    text = "".join(sheets.csv_lines(tables))
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:], newline=""), delimiter=";"))


def as_xlsx(*tables: Sheet) -> dict[str, list[list[object]]]:
    target = io.BytesIO()
    sheets.write_xlsx(tables, target)
    return read_workbook(target.getvalue())


@pytest.mark.parametrize("text", HOSTILE)
def test_text_that_would_run_gets_an_apostrophe_in_both_forms(text: str) -> None:
    table = Sheet("T", ["=name"], [[text, Money(-100)]])
    shown = "'" + text.replace("\0", "")

    assert as_csv(table) == [["'=name"], [shown, "-1,00"]]
    # A line break inside a cell is one in XML; the reader of XML makes of it what it must.
    assert as_xlsx(table)["T"][1][1] == Decimal(-1)
    assert str(as_xlsx(table)["T"][1][0]).startswith("'")


def test_each_kind_of_cell_keeps_its_type() -> None:
    table = Sheet("T", list("abcdefg"), [KINDS])

    assert as_csv(table)[1] == ["Zoë; «1»", "-1234,05", "2026-02-28", "5,5", "-7", "", 'a "quote"']
    text, amount, day, rate, number, nothing, quoted = as_xlsx(table)["T"][1]
    assert (text, quoted) == ("Zoë; «1»", 'a "quote"')
    assert (amount, rate, number, nothing) == (Decimal("-1234.05"), Decimal("5.5"), Decimal(-7), None)
    assert day == Decimal(46081)  # 28 February 2026, in days since 1900


def test_tables_follow_each_other() -> None:
    first, second = Sheet("One", ["a"], [["1"]]), Sheet("Two: by/rate", ["b"], [])

    assert as_csv(first, second) == [["a"], ["1"], [], ["Two: by/rate"], ["b"]]
    assert as_xlsx(first, second) == {"One": [["a"], ["1"]], "Two  by rate": [["b"]]}


def test_sheets_of_one_name_get_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "ROWS_OF_A_SHEET", 2)
    title = "Un titre bien plus long que trente et un caractères"

    found = as_xlsx(Sheet(title, ["n"], [[n] for n in range(5)]))

    assert [len(rows) for rows in found.values()] == [3, 3, 2]
    assert list(found) == [title[:31], title[:29] + " 2", title[:29] + " 3"]
    assert all(len(name) <= 31 for name in found)


def test_control_characters_never_break_the_file() -> None:
    everything = "".join(map(chr, range(32))) + "\x7f\ufffe end"

    assert as_xlsx(Sheet("T", ["a"], [[everything]]))["T"][1][0]
    assert zipfile.is_zipfile(io.BytesIO(_bytes(Sheet("T", ["a"], [[everything * 3000]]))))


def test_a_cell_longer_than_excel_takes_is_cut() -> None:
    assert len(str(as_xlsx(Sheet("T", ["a"], [["x" * 40_000]]))["T"][1][0])) == 32_767


def test_memory_does_not_grow_with_rows(tmp_path: object) -> None:
    def rows(count: int) -> Iterator[Row]:
        for number in range(count):
            yield [f"Client {number}", Money(number), date(2026, 1, 1)]

    def peak(count: int) -> int:
        tracemalloc.start()
        for part in sheets.csv_lines([Sheet("T", ["a", "b", "c"], rows(count))]):
            del part
        sheets.write_xlsx([Sheet("T", ["a", "b", "c"], rows(count))], _Nowhere())
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(10)
    assert peak(3_000) <= peak(300) + 300_000


class _Nowhere(io.BytesIO):
    """Counts what is written and keeps nothing."""

    def write(self, content: object) -> int:
        return len(content)  # type: ignore[arg-type]


def _bytes(table: Sheet) -> bytes:
    target = io.BytesIO()
    sheets.write_xlsx([table], target)
    return target.getvalue()
