from __future__ import annotations

import io
import json
import zipfile
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from bank.readers import ColumnsUnknown, FileRefused, Statement, fingerprint, read_file
from bank.readers import bounds as limits
from bank.readers.ibans import french_iban
from bank.readers.numbers import NotANumber, decimal_sign, read_amount
from bank.tests.golden import expected, said, samples
from core.money import Money
from tests.support.statements import OUR_IBAN, Movement, camt053

MIDNIGHT = datetime(2026, 11, 27)  # noqa: DTZ001 - cells of a workbook have no zone
HEAD = "Date;Libellé;Montant\n"
CFONB = (Path(__file__).parent / "files" / "releve.cfonb").read_bytes()
MT940 = (Path(__file__).parent / "files" / "mt940.sta").read_bytes()
OFX = (Path(__file__).parent / "files" / "ofx1.ofx").read_bytes()
PLAIN = camt053([Movement(100, "2026-11-27")])


@pytest.mark.parametrize("path", samples(), ids=lambda path: path.name)
def test_each_sample_says_what_its_golden_file_says(path: Path) -> None:
    assert said(path) == json.loads(expected(path).read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", [path for path in samples() if path.suffix in {".csv", ".cfonb", ".ofx"}], ids=str)
def test_the_encoding_of_a_text_does_not_matter(path: Path) -> None:
    content = path.read_bytes()
    text = (
        content.decode("utf-8-sig")
        if path.name in {"english.csv", "neobank.csv", "ofx2.ofx"}
        else content.decode("cp1252")
    )
    text = text.replace("CHARSET:1252", "CHARSET:NONE").replace('encoding="UTF-8"', "")
    expected_lines = [(line.amount, line.text, line.party) for line in read_file(content, "f")[0].lines]

    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
        read = read_file(text.encode(encoding, "replace"), "f")[0]
        assert [(line.amount, line.text, line.party) for line in read.lines] == expected_lines or encoding == "cp1252"
        assert [line.amount for line in read.lines] == [amount for amount, _text, _party in expected_lines]


def workbook(rows: list[list[object]]) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    sheet = book.add_worksheet()
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for place, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, datetime):
                sheet.write_datetime(place, column, cell, day)
            else:
                sheet.write(place, column, cell)
    book.close()
    return target.getvalue()


def test_a_workbook_is_a_table_with_real_dates_and_numbers() -> None:
    content = workbook(
        [
            ["Compte FR76 9999 9000 0100 0123 4567 809"],
            [],
            ["Date", "Libellé", "Débit", "Crédit"],
            [MIDNIGHT, "Règlement FA2026-000001", "", 1200.1],
            ["27/11/2026", "Frais", 4.5, ""],
        ]
    )
    (statement,) = read_file(content, "releve.xlsx")

    assert (statement.format, statement.account) == ("xlsx", OUR_IBAN)
    assert [(line.booked_on, line.amount.cents, line.text) for line in statement.lines] == [
        (date(2026, 11, 27), 120_010, "Règlement FA2026-000001"),
        (date(2026, 11, 27), -450, "Frais"),
    ]


def test_a_formula_in_a_workbook_stays_text_and_is_no_amount() -> None:
    fine = workbook([["Date", "Libellé", "Montant"], ["2026-11-27", '=HYPERLINK("http://127.0.0.1/")', 5]])
    wrong = workbook([["Date", "Libellé", "Montant"], ["2026-11-27", "x", "=2+3"]])

    assert read_file(fine, "a.xlsx")[0].lines[0].text == '=HYPERLINK("http://127.0.0.1/")'
    with pytest.raises(FileRefused, match="ligne 2"):
        read_file(wrong, "a.xlsx")


def test_a_table_that_nobody_knows_is_asked_about_once() -> None:
    content = b"Quand;Quoi;Combien\n27/11/2026;Don;12,00\n"
    with pytest.raises(ColumnsUnknown) as asked:
        read_file(content, "banque.csv")
    headings = asked.value.headings
    profile = {fingerprint(headings): {"booked_on": [0], "text": [1], "amount": [2]}}

    assert (headings, asked.value.rows) == (("Quand", "Quoi", "Combien"), (("27/11/2026", "Don", "12,00"),))
    assert read_file(content, "banque.csv", profiles=profile)[0].lines[0].amount == Money(1_200)


def packed(**files: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def test_a_zip_holds_statements_of_any_format() -> None:
    found = read_file(packed(**{"a/releve.xml": PLAIN, "b.cfonb": CFONB, "__MACOSX/._b": b"x"}), "tout.zip")

    assert [(each.format, each.file) for each in found] == [("camt.053", "a/releve.xml"), ("cfonb120", "b.cfonb")]


def link() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        member = zipfile.ZipInfo("releve.xml")
        member.external_attr = 0o120777 << 16
        archive.writestr(member, "/etc/passwd")
    return target.getvalue()


def record(text: bytes, old: bytes, new: bytes) -> bytes:
    assert old in text
    return text.replace(old, new, 1)


BAD = {
    "nothing": (b"", "vide"),
    "a PDF named .ofx": (b"%PDF-1.7 ...", "PDF"),
    "an old workbook": (b"\xd0\xcf\x11\xe0" + b"\0" * 600, ".xls"),
    "NUL bytes": (HEAD.encode() + b"27/11/2026;a\0b;1,00\n", "octets nuls"),
    "text that is no table": (b"Bonjour,\nvoici le releve.\n", "connaissons"),
    "headings alone": (HEAD.encode(), "aucun mouvement"),
    "an ambiguous amount": (HEAD.encode() + b"27/11/2026;a;1.000\n", "1.000"),
    "an amount in words": (HEAD.encode() + b"27/11/2026;a;douze\n", "ligne 2"),
    "parts of a cent": (HEAD.encode() + b"27/11/2026;a;1,005\n28/11/2026;b;2,50\n", "ligne 2"),
    "full-width digits": (HEAD.encode() + "27/11/2026;a;\uff15,00\n".encode(), "ligne 2"),
    "a month first": (HEAD.encode() + b"11/27/2026;a;1,00\n", "jour"),
    "a date of words": (HEAD.encode() + b"hier;a;1,00\n", "hier"),
    "no date": (HEAD.encode() + b";a;1,00\n", "date"),
    "two currencies": (b"Date;Montant;Devise\n27/11/2026;1,00;EUR\n27/11/2026;1,00;USD\n", "EUR, USD"),
    "an endless quote": (HEAD.encode() + b'27/11/2026;"' + b"x" * 200_000, "abîmé"),
    "a nested zip": (packed(**{"a.zip": packed(**{"b.xml": PLAIN})}), "zip dans le zip"),
    "a traversal": (packed(**{"../a.xml": PLAIN}), "hors"),
    "an absolute name": (packed(**{"/a.xml": PLAIN}), "hors"),
    "a link": (link(), "hors"),
    "an empty zip": (packed()[:0] + packed(**{"d/": b""}), "aucun fichier"),
    "a cut zip": (packed(**{"a.xml": PLAIN})[:-30], "abîmé"),
    "a bomb": (packed(**{"a.xml": b" " * (21 * 1024 * 1024)}), "20 Mio"),
    "many files": (packed(**{f"{n}.xml": b"x" for n in range(101)}), "100 fichiers"),
    "a workbook that is none": (packed(**{"xl/workbook.xml": b"<a"}), "classeur"),
    "CFONB without its end": (CFONB[: CFONB.rindex(b"07999")], "clôture"),
    "CFONB of two accounts": (record(CFONB, b"EUR2 0001234567805", b"EUR2 0001234567905"), "ligne 2"),
    "CFONB with a long record": (record(CFONB, b"\r\n05", b"xxx\r\n05"), "120"),
    "CFONB without amount": (record(CFONB, b"0000000001200{", b"              "), "ligne 2"),
    "MT940 that is cut": (MT940[: MT940.index(b":62F:")], "clôture"),
    "MT940 with a broken line": (record(MT940, b":61:2611271127D5,", b":61:26XX271127D5,"), "abîmé"),
    "OFX that is cut": (OFX[: OFX.index(b"</BANKTRANLIST>")], "tronqué"),
    "OFX with entities": (record(OFX, b"<OFX>", b'<!DOCTYPE x [<!ENTITY a "b">]><OFX>'), "entités"),
    "OFX without a date": (record(OFX, b"<DTPOSTED>20261127<DTAVAIL>20261128", b""), "date"),
    "OFX with a wrong amount": (record(OFX, b"+1 200,00", b"beaucoup"), "écriture 1"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_is_refused_in_words(case: str) -> None:
    content, words = BAD[case]
    with pytest.raises(FileRefused) as refusal:
        read_file(content, "releve")

    assert words in str(refusal.value)
    with translation.override("en"), pytest.raises(FileRefused) as in_english:
        read_file(content, "releve")
    assert str(in_english.value) != str(refusal.value)
    assert str(in_english.value).startswith("releve")


def test_too_many_lines_and_too_much_time_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    many = HEAD.encode() + b"27/11/2026;a;1,00\n" * 60
    monkeypatch.setattr(limits, "MOST_LINES", 50)
    with pytest.raises(FileRefused, match="50 lignes"):
        read_file(many, "releve.csv")

    monkeypatch.setattr(limits, "MOST_LINES", 100)
    monkeypatch.setattr(limits, "MOST_SECONDS", -1)
    with pytest.raises(FileRefused, match="secondes"):
        read_file(many, "releve.csv")


WHOLE = [path.read_bytes() for path in samples()]


@given(data=st.data())
def test_cut_or_damaged_bytes_are_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from(WHOLE)))
    del content[data.draw(st.integers(0, len(content))) :]
    for _ in range(data.draw(st.integers(0, 5)) if content else 0):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))

    with suppress(FileRefused):
        assert all(isinstance(each, Statement) for each in read_file(bytes(content), "releve"))


@pytest.mark.parametrize("kind", ["xlsx", "zip"])
def test_cut_containers_are_refused(kind: str) -> None:
    rows: list[list[object]] = [["Date", "Libellé", "Montant"], ["2026-11-27", "x", 5]]
    content = workbook(rows) if kind == "xlsx" else packed(a=PLAIN)
    for end in range(4, len(content) - 1, 97):
        with pytest.raises(FileRefused):
            read_file(content[:end], "releve")


@given(st.integers(-(10**12), 10**12), st.sampled_from([",", "."]), st.sampled_from(["", " ", "\u202f", "'"]))
def test_an_amount_is_read_as_it_is_written(cents: int, decimal: str, group: str) -> None:
    figures = f"{abs(cents) // 100:,}".replace(",", group) + f"{decimal}{abs(cents) % 100:02d}"
    text = f"-{figures}" if cents < 0 else figures

    assert read_amount(text, decimal_sign([text])) == Money(cents)
    assert read_amount(f"{text.lstrip('-')}{'-' if cents < 0 else ''} €", decimal) == Money(cents)


@pytest.mark.parametrize("text", ["", "1e3", "NaN", "inf", "+-5", "1,2,3.4x", "9" * 50, "0x10", "-"])
def test_what_is_no_amount_is_not_guessed(text: str) -> None:
    with pytest.raises(NotANumber):
        read_amount(text, ",")


def test_the_iban_of_a_french_account_is_computed() -> None:
    assert french_iban("30006", "00001", "12345678901") == "FR7630006000011234567890189"
    assert french_iban("20041", "01005", "0500013M026") == "FR1420041010050500013M02606"
    assert french_iban("3000", "00001", "12345678901") == ""
