"""The same movements in each format that the sandbox's bank writes: read, they are the same."""

from __future__ import annotations

from datetime import datetime

import pytest

from bank import services
from bank.matching.decoding import Names, decode
from bank.readers import Line, read_file
from bank.words import LineKind
from core.money import Money
from tests.support.formats import NAMES, VERSIONS, statement_file
from tests.support.payers import labels, payers
from tests.support.statements import OUR_IBAN, Movement, batch

DAY, NEXT = "2026-11-26", "2026-11-27"
PAYER = "FR7630006000011234567890189"
LONG = "Règlement FA2026-000001 et FA2026-000002 par l'entreprise œuvrant à Saint-Étienne, client C104273-40 merci"
MOVEMENTS = [
    Movement(7_200, DAY, text="C104273-40 FA2026-000001", name="ANNE MARTIN", iban=PAYER, end_to_end="E2E-1"),
    Movement(12_000, DAY, text=LONG, name="Atelier Durand & Fils"),
    Movement(-2_500, NEXT, text="LOYER", name="SCI DES LILAS"),
    Movement(-250, NEXT, text="FRAIS DE TENUE DE COMPTE", kind="fee"),
]
ALL = [(name, version) for name in NAMES for version in (VERSIONS if name.startswith("camt") else ("08",))]


@pytest.mark.parametrize(("name", "version"), ALL)
def test_each_format_says_the_same(name: str, version: str) -> None:
    (read,) = read_file(statement_file(name, MOVEMENTS, opening=100_000, version=version), "releve")

    assert read.account == OUR_IBAN
    assert read.gap in {None, Money(0)}
    assert read.closing in {None, Money(116_450)}
    assert [(line.booked_on.isoformat(), line.amount.cents) for line in read.lines] == [
        (DAY, 7_200), (DAY, 12_000), (NEXT, -2_500), (NEXT, -250),
    ]  # fmt: skip
    assert [line.kind for line in read.lines] == [
        LineKind.TRANSFER_IN, LineKind.TRANSFER_IN, LineKind.TRANSFER_OUT, LineKind.FEE,
    ]  # fmt: skip
    assert _named(read.lines[0]) == ["C104273", "FA2026-000001"]
    assert _named(read.lines[1]) == ["C104273", "FA2026-000001", "FA2026-000002"]
    assert "ANNE MARTIN" in f"{read.lines[0].party.name} {read.lines[0].text}"


def _named(line: Line) -> list[str]:
    decoded = decode(f"{line.text} {line.structured}")
    return sorted(decoded.all(Names.CUSTOMER) + decoded.all(Names.INVOICE))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("camt")])
def test_a_batch_and_a_structured_reference_are_told_by_each_camt(name: str, version: str) -> None:
    parts = [Movement(5_000, DAY, text="A", name="X", iban=PAYER), Movement(700, DAY, structured="RF40C104273")]
    (read,) = read_file(statement_file(name, [batch(DAY, parts)], version=version), "releve")

    assert [(line.amount.cents, line.part, line.parts) for line in read.lines] == [(5_000, 0, 2), (700, 1, 2)]
    assert (read.lines[0].party.name, read.lines[0].party.iban) == ("X", PAYER)
    assert _named(read.lines[1]) == ["C104273"]


@pytest.mark.parametrize("name", NAMES)
def test_mangled_labels_come_through_each_format(name: str) -> None:
    written = [label for label in labels(payers(60, seed=3), 150, seed=3) if label.is_readable]
    moves = [Movement(label.cents, DAY, text=label.text, name=label.name) for label in written]

    (read,) = read_file(statement_file(name, moves), "releve")
    found = [set(_named(line)) for line in read.lines]
    whole = [
        {each for each in label.whole if each[0] in "CF"} <= numbers
        for label, numbers in zip(written, found, strict=True)
    ]

    assert [line.amount.cents for line in read.lines] == [label.cents for label in written]
    assert sum(whole) >= len(whole) * 0.97


@pytest.mark.django_db
def test_what_the_bank_gives_can_be_imported(noon: datetime) -> None:
    for name in ("cfonb120.txt", "camt.053.xml"):
        done = services.import_file(statement_file(name, MOVEMENTS), name, at=noon)
        assert done.lines == 4
