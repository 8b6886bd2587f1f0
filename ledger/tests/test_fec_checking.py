"""Each rule of the strict check, broken once. The official tool lets half of these through."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from django.utils import translation

from ledger.fec.checking import FAULTS_SHOWN, Checker, Expectations, FecRefused
from ledger.fec.layout import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNTS = {"411000": "Clients", "419100": "Avances", "517100": "Stripe", "706100": "Prestations", "890000": "Bilan"}
# Opening, invoice, money in: short names of columns, in the order of the file.
GOOD = """
AN|À-nouveaux|1|20260101|411000|Clients|C1|Un|FA0|20251130|Reprise|40,00|0,00|B|20260302|20260101||
AN|À-nouveaux|1|20260101|890000|Bilan|||FA0|20251130|Reprise|0,00|40,00|||20260101||
VE|Ventes|2|20260301|411000|Clients|C1|Un|FA1|20260301|Facture FA1|60,00|0,00|A|20260302|20260301||
VE|Ventes|2|20260301|706100|Prestations|||FA1|20260301|Facture FA1|0,00|60,00|||20260301||
CB|Cartes bancaires|3|20260302|517100|Stripe|||pi_1|20260302|Carte|100,00|0,00|||20260302||
CB|Cartes bancaires|3|20260302|419100|Avances|C1|Un|pi_1|20260302|Carte|0,00|100,00|C|20260302|20260302||
OD|Opérations diverses|4|20260302|419100|Avances|C1|Un|pi_1|20260302|Imputation|100,00|0,00|C|20260302|20260303||
OD|Opérations diverses|4|20260302|411000|Clients|C1|Un|pi_1|20260302|Imputation|0,00|60,00|A|20260302|20260303||
OD|Opérations diverses|4|20260302|411000|Clients|C1|Un|pi_1|20260302|Imputation|0,00|40,00|B|20260302|20260303||
"""


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def good() -> list[list[str]]:
    return [line.split("|") for line in GOOD.strip().split("\n")]


def check(rows: list[list[str]], header: str = "\t".join(COLUMNS), **closed: str) -> Checker:
    checker = Checker(Expectations(date(2026, 1, 1), date(2026, 12, 31), ACCOUNTS, closed))
    checker.header(header)
    for row in rows:
        checker.line("\t".join(row))
    checker.finish()
    return checker


def test_a_good_file_is_accepted_and_counted() -> None:
    checker = check(good())

    assert (checker.lines, checker.entries) == (9, 4)
    assert checker.debit_cents == checker.credit_cents == 30_000


def test_a_file_without_lines_is_accepted() -> None:
    assert check([]).lines == 0


@pytest.mark.parametrize(
    ("row", "column", "value", "said"),
    [
        (2, "JournalCode", "", "JournalCode is empty"),
        (2, "JournalLib", "", "JournalLib is empty"),
        (2, "EcritureDate", "", "EcritureDate is empty"),
        (2, "CompteLib", "", "CompteLib is empty"),
        (2, "PieceRef", "", "PieceRef is empty"),
        (2, "PieceDate", "", "PieceDate is empty"),
        (2, "EcritureLib", "", "EcritureLib is empty"),
        (2, "Debit", "", "Debit is empty"),
        (2, "ValidDate", "", "ValidDate is empty"),
        (2, "JournalCode", "XX", "no journal is called XX"),
        (2, "JournalLib", "Achats", "no journal is called VE Achats"),
        (2, "EcritureNum", "9", "EcritureNum 9 follows 1"),
        (4, "EcritureNum", "2", "have not the same journal"),
        (4, "EcritureNum", "", "EcritureNum is empty"),
        (4, "EcritureNum", "3a", "EcritureNum 3a follows 2"),
        (2, "EcritureDate", "20260230", "EcritureDate is no day: 20260230"),
        (2, "EcritureDate", "01/03/2026", "EcritureDate is no day"),
        (2, "EcritureDate", "20251231", "outside the exercise"),
        (2, "EcritureDate", "20270101", "outside the exercise"),
        (2, "PieceDate", "20261301", "PieceDate is no day"),
        (2, "ValidDate", "2026-03-01", "ValidDate is no day"),
        (2, "ValidDate", "20260228", "comes before EcritureDate"),
        (3, "EcritureDate", "20260302", "have not the same journal, EcritureDate"),
        (3, "ValidDate", "20260309", "have not the same journal, EcritureDate and ValidDate"),
        (2, "CompteNum", "41A000", "three digits"),
        (2, "CompteNum", "411999", "account 411999 is not in the chart"),
        (2, "CompteLib", "Acheteurs", "account 411000 has two names"),
        (2, "CompAuxNum", "", "CompAuxNum and CompAuxLib stand together"),
        (2, "CompAuxLib", "", "CompAuxNum and CompAuxLib stand together"),
        (2, "EcritureLib", "x" * 201, "longer than 200"),
        (2, "EcritureLib", 'the "x"', "may not stand there"),
        (2, "EcritureLib", "a|b", "may not stand there"),
        (2, "EcritureLib", "a\nb", "may not stand there"),
        (2, "EcritureLib", "a\u202eb", "may not stand there"),
        (2, "EcritureLib", "🎂", "may not stand there"),
        (2, "EcritureLib", "a\tb", "19 columns instead of 18"),
        (2, "Debit", "60.00", "not written as 1234,05"),
        (2, "Debit", "60,0", "not written as 1234,05"),
        (2, "Debit", "1 060,00", "not written as 1234,05"),
        (2, "Debit", "-60,00", "not written as 1234,05"),
        (2, "Debit", "060,00", "not written as 1234,05"),
        (2, "Credit", "60,00", "a debit or a credit"),
        (2, "Debit", "0,00", "a debit or a credit"),
        (2, "Debit", "60,01", "does not balance: 1 cents"),
        (2, "EcritureLet", "", "EcritureLet and DateLet stand together"),
        (2, "DateLet", "", "EcritureLet and DateLet stand together"),
        (2, "EcritureLet", "Z", "does not sum to zero"),
        (2, "Montantdevise", "60,00", "another currency"),
        (2, "Idevise", "USD", "another currency"),
    ],
)
def test_a_field_that_breaks_a_rule_is_refused(row: int, column: str, value: str, said: str) -> None:
    rows = good()
    rows[row][COLUMNS.index(column)] = value

    with pytest.raises(FecRefused, match=said):
        check(rows)


def test_validation_days_never_go_back() -> None:
    rows = good()
    for row in rows[2:4]:
        row[15] = "20260304"

    with pytest.raises(FecRefused, match="ValidDate 20260302 comes after 20260304"):
        check(rows)


def test_opening_balances_come_first() -> None:
    rows = good()
    rows = rows[2:4] + rows[:2]
    for number, row in zip("1122", rows, strict=True):
        row[2] = number

    with pytest.raises(FecRefused, match="an opening balance comes after other entries"):
        check(rows)


def test_an_entry_of_one_line_is_refused() -> None:
    rows = good()[:3]

    with pytest.raises(FecRefused, match="one line only"):
        check(rows)


def test_a_journal_that_does_not_balance_is_named() -> None:
    rows = good()
    rows[3][11:13] = ["0,00", "59,00"]

    with pytest.raises(FecRefused, match="journal VE does not balance: 100 cents"):
        check(rows)


def test_an_entry_recorded_after_its_month_was_closed_is_refused() -> None:
    assert check(good(), **{"202603": "20260303"}).entries == 4

    with pytest.raises(FecRefused, match="closed on 20260302"):
        check(good(), **{"202603": "20260302"})


@pytest.mark.parametrize("header", ["", "JournalCode", "\t".join(COLUMNS).replace("CompAuxNum", "CompteAuxNum")])
def test_the_names_of_the_columns_are_exact(header: str) -> None:
    with pytest.raises(FecRefused, match="names of the 18 columns"):
        check(good(), header)


def test_a_line_too_short_is_refused() -> None:
    with pytest.raises(FecRefused, match="17 columns instead of 18"):
        check([good()[0][:-1]])


def test_after_enough_faults_it_stops() -> None:
    rows = [["x"]] * 1000

    with pytest.raises(FecRefused) as refusal:
        check(rows)

    assert len(refusal.value.faults) == FAULTS_SHOWN
    assert refusal.value.faults[0].startswith("line 2, entry 0:")
