from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledger import fec
from ledger.fec.layout import COLUMNS
from ledger.tests.fec_year import NEXT_YEAR, YEAR, Moments, two_years
from tests.support.cast import make_company

if TYPE_CHECKING:
    from pathlib import Path

    from accounts.models import Customer

pytestmark = pytest.mark.django_db
Line = dict[str, str]


@pytest.fixture
def books(customer: Customer) -> Moments:
    return two_years(customer, make_company())


def lines(path: Path) -> list[Line]:
    content = path.read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    first, *rest = content.decode().removesuffix("\r\n").split("\r\n")
    assert first.split("\t") == list(COLUMNS)
    return [dict(zip(COLUMNS, line.split("\t"), strict=True)) for line in rest]


def cents(line: Line) -> int:
    return int(line["Debit"].replace(",", "")) - int(line["Credit"].replace(",", ""))


def of_year(folder: Path, year: int = YEAR) -> list[Line]:
    written = fec.write_fec(fec.year_file(year, at=NEXT_YEAR), folder, at=NEXT_YEAR)
    return lines(written.path)


def test_x(books: Moments, tmp_path: Path) -> None:
    for l in of_year(tmp_path):
        print("\t".join(l.values()))
    for l in of_year(tmp_path, 2027):
        print("\t".join(l.values()))
    for l in of_year(tmp_path, 2025):
        print("\t".join(l.values()))
    print(next(tmp_path.glob("*2026*-desc*")).read_text())
