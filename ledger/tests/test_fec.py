from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Sum

from accounts.models import Customer
from ledger import fec
from ledger.fec.layout import COLUMNS, clean
from ledger.guards import installed_triggers
from ledger.models import ClosedMonth, Entry
from ledger.tests.fec_year import NEXT_YEAR, YEAR, Moments, two_years
from tests.support.cast import make_company

if TYPE_CHECKING:
    from collections.abc import Iterable

pytestmark = pytest.mark.django_db
GOLDEN = Path(__file__).parent / "golden" / "fec_2026.txt"
Line = dict[str, str]


@pytest.fixture
def books(customer: Customer) -> Moments:
    return two_years(customer, make_company())


def read(path: Path) -> list[Line]:
    first, *rest = path.read_bytes().decode().removesuffix("\r\n").split("\r\n")
    assert first.split("\t") == list(COLUMNS)
    return [dict(zip(COLUMNS, line.split("\t"), strict=True)) for line in rest]


def of_year(folder: Path, year: int = YEAR) -> list[Line]:
    return read(fec.write_fec(fec.year_file(year, at=NEXT_YEAR), folder, at=NEXT_YEAR).path)


def of_month(folder: Path, month: int) -> list[Line]:
    last = (date(YEAR, month + 1, 1) if month < 12 else date(YEAR + 1, 1, 1)).toordinal() - 1
    file = fec.period_file(date(YEAR, month, 1), date.fromordinal(last), at=NEXT_YEAR)
    return read(fec.write_fec(file, folder, at=NEXT_YEAR).path)


def cents(line: Line) -> int:
    return int(line["Debit"].replace(",", "")) - int(line["Credit"].replace(",", ""))


def by(key: str, lines: Iterable[Line]) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for line in lines:
        sums[line[key]] += cents(line)
    return {name: total for name, total in sums.items() if total}


def lettered(lines: Iterable[Line]) -> dict[tuple[str, str], list[Line]]:
    groups = defaultdict(list)
    for line in lines:
        if line["EcritureLet"]:
            groups[line["CompteNum"], line["EcritureLet"]].append(line)
    return groups


def comparable(path: Path) -> str:
    """The file without what depends on the ids that the database gave."""
    codes: dict[tuple[str, str], str] = {}
    rows = [line.split("\t") for line in path.read_bytes().decode().split("\r\n")]
    for row in rows[1:-1]:
        if row[13]:
            row[13] = codes.setdefault((row[4], row[13]), f"{row[4]}/{len(codes) + 1}")
    return re.sub(r"house:\d+:", "house:", "\n".join("\t".join(row) for row in rows))


def test_a_year_with_every_kind_of_posting_is_the_file_we_know(books: Moments, tmp_path: Path) -> None:
    written = fec.write_fec(fec.year_file(YEAR, at=NEXT_YEAR), tmp_path, at=NEXT_YEAR)

    assert written.path.name == "999999998FEC20261231.txt"
    assert comparable(written.path) == GOLDEN.read_text(encoding="utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == [written.description.name, written.path.name]


def test_the_file_holds_what_was_posted_account_by_account(books: Moments, tmp_path: Path) -> None:
    posted = (
        Entry.objects.filter(tx__effective_on__year=YEAR).values_list("account").annotate(cents=Sum("amount_cents"))
    )

    written = [line for line in of_year(tmp_path) if line["PieceRef"] != "À nouveau 2026"]

    movements = [line for line in written if line["EcritureNum"] != "1"]
    assert by("CompteNum", movements) == {account: total for account, total in posted if total}


def test_every_entry_and_every_journal_balances(books: Moments, tmp_path: Path) -> None:
    lines = of_year(tmp_path)

    assert by("EcritureNum", lines) == {}
    assert by("JournalCode", lines) == {}
    assert {line["JournalCode"] for line in lines} == {"AN", "VE", "CB", "PP", "PR", "BQ", "OD"}
    assert [int(number) for number in dict.fromkeys(line["EcritureNum"] for line in lines)] == list(range(1, 54))


def test_what_is_lettered_sums_to_zero_and_what_is_open_is_not_lettered(books: Moments, tmp_path: Path) -> None:
    lines = of_year(tmp_path)

    groups = lettered(lines)
    assert groups
    assert all(sum(map(cents, group)) == 0 for group in groups.values())
    assert all(len({line["DateLet"] for line in group}) == 1 for group in groups.values())
    bills = [line for line in lines if line["CompteNum"] == "411000" and line["EcritureLib"].startswith("Facture")]
    codes = {line["PieceRef"]: bool(line["EcritureLet"]) for line in bills}
    assert [ref for ref, closed in codes.items() if not closed] == ["FA2026-000003", "FA2026-000006"]


def test_a_year_starts_with_what_the_last_one_left(books: Moments, tmp_path: Path) -> None:
    this = by("CompteNum", of_year(tmp_path))
    opening = by("CompteNum", [line for line in of_year(tmp_path, YEAR + 1) if line["JournalCode"] == "AN"])

    balance_sheet = {account: total for account, total in this.items() if account[0] not in "67"}
    earlier = balance_sheet.pop("120000", 0)
    result = sum(total for account, total in this.items() if account[0] in "67")
    assert opening == balance_sheet | {"110000": earlier, "120000": result}


def test_carried_items_and_lots_come_one_by_one_and_are_lettered_with_what_pays_them(
    books: Moments, tmp_path: Path
) -> None:
    opening = [line for line in of_year(tmp_path) if line["EcritureNum"] == "1"]

    shown = {(line["CompteNum"], line["PieceRef"]): (cents(line), bool(line["EcritureLet"])) for line in opening}
    assert shown["411000", "FA2025-000001"] == (7_000, True)
    assert shown["419100", "pi_kept"] == (-3_000, True)
    assert {line["PieceDate"] for line in opening if line["PieceRef"] == "À nouveau 2026"} == {"20260101"}


def test_days_are_those_of_paris(books: Moments, tmp_path: Path) -> None:
    before, this = of_year(tmp_path, YEAR - 1), of_year(tmp_path)

    assert {line["EcritureDate"] for line in before} == {"20251231"}
    taken_over = [line for line in this if line["JournalCode"] == "AN" and line["EcritureNum"] != "1"]
    assert {(line["EcritureDate"], line["ValidDate"]) for line in taken_over} == {("20260101", "20260101")}
    assert {line["EcritureDate"] for line in this if line["PieceRef"] == "FA2026-000004"} == {"20261025"}


def test_a_bank_day_known_after_the_year_is_in_the_year_and_last(books: Moments, tmp_path: Path) -> None:
    last = of_year(tmp_path)[-1]

    assert (last["EcritureDate"], last["ValidDate"]) == ("20261230", "20270104")
    assert [line["EcritureDate"] for line in of_year(tmp_path, YEAR + 1)][-1] == "20270104"


def test_the_months_together_are_the_year_without_its_opening(books: Moments, tmp_path: Path) -> None:
    months = [of_month(tmp_path, month) for month in range(1, 13)]
    year = [line for line in of_year(tmp_path) if line["JournalCode"] != "AN"]

    assert all(line["JournalCode"] != "AN" for lines in months for line in lines)
    assert by("CompteNum", (line for lines in months for line in lines)) == by("CompteNum", year)
    assert sum(len(lines) for lines in months) == len(year)
    assert all(sum(map(cents, group)) == 0 for lines in months for group in lettered(lines).values())
    assert lettered(months[1])


def test_the_same_books_give_the_same_bytes(books: Moments, tmp_path: Path) -> None:
    first = fec.write_fec(fec.year_file(YEAR, at=NEXT_YEAR), tmp_path, at=NEXT_YEAR)
    second = fec.write_fec(fec.year_file(YEAR, at=NEXT_YEAR), tmp_path, at=NEXT_YEAR)

    assert first.sha256 == second.sha256


def test_a_year_without_entries_has_the_names_of_the_columns_alone(books: Moments, tmp_path: Path) -> None:
    assert of_year(tmp_path, YEAR - 2) == []


def test_the_description_names_columns_journals_and_accounts(books: Moments, tmp_path: Path) -> None:
    written = fec.write_fec(fec.year_file(YEAR, at=NEXT_YEAR), tmp_path, at=NEXT_YEAR)

    text = written.description.read_text(encoding="utf-8")
    assert all(name in text for name in (*COLUMNS, written.sha256, "OD Opérations diverses", "419100", "Lettrage"))
    assert f"lignes : {written.lines}" in text


HOSTILE = {
    "Dupont\tet\r\nfils": "Dupont et fils",
    'La "Bonne" | Table': "La 'Bonne' / Table",
    "=HYPERLINK(1)": "'=HYPERLINK(1)",
    "\uff20SUM(1)": "'\uff20SUM(1)",
    "\u202eevil\u200b": "evil",
    "Zoë 🎂 Müller": "Zoë Müller",
    "x" * 300: "x" * 200,
    "a\x00b": "a b",
    "Œuvre à 3 €": "Œuvre à 3 €",
    "عميل": "عميل",
    "🎂": "",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_becomes_a_field(name: str) -> None:
    assert clean(name) == HOSTILE[name]


def test_hostile_names_break_no_line(books: Moments, tmp_path: Path) -> None:
    for name in ('Dupont\t|\r\n"fils"', "🎂", "=1+1"):
        Customer.objects.filter(number="C100001").update(name=name)

        shown = {line["CompAuxLib"] for line in of_year(tmp_path) if line["CompAuxNum"] == "C100001"}

        assert shown == {clean(name) or "C100001"}


def test_the_command_says_what_it_wrote(books: Moments, tmp_path: Path) -> None:
    out = StringIO()

    call_command("export_fec", "--year", str(YEAR), "--out", str(tmp_path / "new"), "--json", stdout=out)

    answer = json.loads(out.getvalue().splitlines()[-1])
    lines = read(Path(answer["file"]))
    assert (answer["lines"], answer["entries"]) == (len(lines), 53)
    assert answer["debit_cents"] == answer["credit_cents"] == sum(max(cents(line), 0) for line in lines)


def test_the_command_writes_a_period(books: Moments, tmp_path: Path) -> None:
    call_command("export_fec", "--period", "2026-05:2026-06", "--out", str(tmp_path), stdout=StringIO())

    lines = read(tmp_path / "999999998JOURNAUX20260501-20260630.txt")
    assert {line["EcritureDate"][:6] for line in lines} == {"202605", "202606"}


@pytest.mark.parametrize(
    "wrong", [["--period", "2026-13"], ["--period", "2026-05:2026-04"], ["--year", "26"], [], ["--year", "x"]]
)
def test_a_bad_request_is_bad_usage(db: None, tmp_path: Path, wrong: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("export_fec", *wrong, "--out", str(tmp_path))


def test_a_year_that_has_not_begun_is_refused(books: Moments, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="later than today"):
        call_command("export_fec", "--year", "2098", "--out", str(tmp_path))

    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(books: Moments, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(CommandError, match="cannot be written"):
        call_command("export_fec", "--year", str(YEAR), "--out", str(tmp_path / "file"))


def test_an_entry_of_a_month_closed_before_it_was_recorded_is_refused(books: Moments, tmp_path: Path) -> None:
    ClosedMonth.objects.create(year=2026, month=4, closed_at=datetime(2026, 5, 1, 10, tzinfo=UTC))

    with pytest.raises(CommandError, match="month that was closed on 20260501"):
        call_command("export_fec", "--year", str(YEAR), "--out", str(tmp_path))

    assert list(tmp_path.iterdir()) == []


def test_books_that_do_not_hold_are_refused_and_the_last_good_file_stays(books: Moments, tmp_path: Path) -> None:
    good = fec.write_fec(fec.year_file(YEAR, at=NEXT_YEAR), tmp_path, at=NEXT_YEAR)
    before = good.path.read_bytes()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL session_replication_role = replica")
        else:
            for trigger in installed_triggers(connection):
                cursor.execute(f"DROP TRIGGER {trigger}")
        cursor.execute("UPDATE ledger_allocation SET amount_cents = amount_cents - 100 WHERE amount_cents = 1000")

    with pytest.raises(fec.FecRefused, match="ledger_verify"):
        fec.write_fec(fec.year_file(YEAR, at=NEXT_YEAR), tmp_path, at=NEXT_YEAR)

    assert good.path.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 2
    connection.needs_rollback = True


def test_progress_is_told(books: Moments, tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []

    written = fec.write_fec(
        fec.year_file(YEAR, at=NEXT_YEAR), tmp_path, at=NEXT_YEAR, tell=lambda done, total: heard.append((done, total))
    )

    assert heard == [(written.lines, written.lines)]
