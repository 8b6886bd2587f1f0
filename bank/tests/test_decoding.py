from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bank.matching.decoding import Names, decode
from core.references import make_customer_number

CUSTOMER, SMALL = make_customer_number(104_273), make_customer_number(42)


def named(label: str) -> dict[str, list[str]]:
    decoded = decode(label)
    return {kind.value: found for kind in Names if (found := decoded.all(kind))}


def certain(label: str) -> list[str]:
    """What a label names beyond doubt: the first candidate of each mention, when it is checked."""
    return [mention.candidates[0].value for mention in decode(label).mentions if mention.candidates[0].checked]


@pytest.mark.parametrize(
    "label",
    [
        "C104273-40",
        "VIR SEPA ANNE MARTIN c10427340 merci",
        "C 104273 40",
        "C1042 73 40",
        "C1042\n7340",
        "C1O4273-4O",
        "CIO4273/40",
        "N°C104273-40.",
        "RF40C104273",
        "RF40 C104 273",
        "rf40-c104273",
        "R F 40 C104273",
        "CLIENT 104273 40",
        "CLT: 104273-40 FACT 12",
        "É È C104273-40 75001 PARIS 2026",
        "C104273-40 1 250,00 EUR",
        "C10427340 26/11/2026",
    ],
)
def test_a_customer_number_is_read_however_it_is_written(label: str) -> None:
    assert named(label)["CUSTOMER"] == ["C104273"]
    assert certain(label) == ["C104273"]


def test_lost_zeros_come_back_when_the_check_digits_hold() -> None:
    assert certain(f"C42-{SMALL.check_digits}") == ["C000042"]
    assert certain(f"C42–{SMALL.check_digits} MARS") == ["C000042"]
    assert named(f"VIR C 42 {SMALL.check_digits} MARS") == {"CUSTOMER": ["C000042"]}
    assert certain(f"RF{SMALL.check_digits}C42 MARS") == ["C000042"]
    assert named(f"RF{SMALL.check_digits}C42") == {"CUSTOMER": ["C000042"]}


def test_a_number_without_its_check_digits_is_read_and_not_trusted() -> None:
    assert named("VIR C104273 MARS") == {"CUSTOMER": ["C104273"]}
    assert certain("VIR C104273 MARS") == []


@pytest.mark.parametrize("label", ["C104273-41", "RF41C104273", "C104274 40 X1", "C104273 2026 11 26"])
def test_wrong_check_digits_prove_nothing(label: str) -> None:
    assert certain(label) == []


@pytest.mark.parametrize(
    "label",
    [
        "FA2026-000042",
        "fa2026-000042",
        "FA2026000042",
        "FA 2026 000042",
        "FA2026/000042",
        "FA2026-00\n0042",
        "FA2026-OOOO42",
        "FA2O26-000042",
        "F A2026-000042",
        "REGLTFA2026-000042",
        "FACTURE 2026-000042",
        "Facture n° 2026-000042 du 01/11/2026",
        "VIREMENT DE MME MARTIN FA2026-000042 150,00 EUR 75001",
    ],
)
def test_an_invoice_number_is_read_however_it_is_written(label: str) -> None:
    assert certain(label) == ["FA2026-000042"]


@pytest.mark.parametrize("label", ["FA2026-42", "FA 2026 42 150,00 EUR", "FA2026-42 26/11/2026", "fact 2026-42"])
def test_an_invoice_number_without_its_zeros_is_one_of_the_candidates(label: str) -> None:
    assert "FA2026-000042" in named(label)["INVOICE"]
    assert certain(label) == []


@pytest.mark.parametrize(
    ("label", "numbers"),
    [
        ("FA2026-000041 FA2026-000042", ["FA2026-000041", "FA2026-000042"]),
        ("FA2026-000041/42/43", ["FA2026-000041", "FA2026-000042", "FA2026-000043"]),
        ("FA2026-000041, 000050 et 7", ["FA2026-000041", "FA2026-000050", "FA2026-000047"]),
        ("FA2026-000041+FA2025-000009", ["FA2026-000041", "FA2025-000009"]),
    ],
)
def test_several_invoices_in_one_label_are_all_read(label: str, numbers: list[str]) -> None:
    assert named(label)["INVOICE"] == numbers


def test_a_customer_and_an_invoice_in_one_label_are_both_read() -> None:
    assert named("C104273-40 FA2026-000042") == {"CUSTOMER": ["C104273"], "INVOICE": ["FA2026-000042"]}


def test_quotes_and_pro_forma_are_read_only_when_they_are_written_whole() -> None:
    assert named("devis DE2026-000012") == {"QUOTE": ["DE2026-000012"]}
    assert named("PF 2026 000003") == {"QUOTE": ["PF2026-000003"]}
    assert named("FACTURE DE 2026 N 12") == {}


def test_references_that_we_sent_come_back() -> None:
    assert named("PRLV D-7K2M-94QX-3T8A") == {"DEBIT": ["D-7K2M-94QX-3T8A"]}
    assert named("P 7K2M 94QX 3T8A") == {"PAYMENT": ["P-7K2M-94QX-3T8A"]}


@pytest.mark.parametrize(
    "label",
    [
        "",
        "LOYER NOVEMBRE 2026",
        "75001 PARIS",
        "C 75001 PARIS",
        "M. C OLIVIER 2026",
        "CB 4242 26/11/2026",
        "VIR INST RE 555512345678 DE M MARTIN",
        "FA 2026",
        "FA2026-000000",
        "DE 2026",
        "SIRET 732 829 320 00074",
        "TEL 06 12 34 56 78",
        "\x00\x00",
        "ΩΩ 汉字 🙂",
    ],
)
def test_years_postcodes_and_other_numbers_are_no_references(label: str) -> None:
    assert named(label) == {}


@pytest.mark.parametrize(
    "label",
    ["TRESORERIE DE LYON", "DRFIP ILE DE FRANCE", "Mandat administratif 123", "SGC DE NANTES", "VIR DGFIP BORD 45"],
)
def test_a_public_accountant_is_recognised(label: str) -> None:
    assert decode(label).from_public


def test_a_private_sender_is_not_public() -> None:
    assert not decode("MANDATAIRE SGCX FA2026-000042").from_public


def test_a_mention_says_where_it_stands_in_the_label_as_it_was_written() -> None:
    label = "Œuvre n°1 : Fa2026-000042 – merci"

    (mention,) = decode(label).mentions

    assert label[mention.start : mention.end] == "Fa2026-000042"


@given(st.text(max_size=1_200))
def test_whatever_is_written_reading_ends_and_stays_inside_the_label(label: str) -> None:
    for mention in decode(label).mentions:
        assert 0 <= mention.start < mention.end <= len(label)
        assert mention.candidates


@given(st.integers(1, 999_999), st.sampled_from(["{n}", "VIR {n} MERCI", "FACT {n}/2026", "75001 {n}"]))
def test_each_customer_number_is_read_back_from_a_label(serial: int, around: str) -> None:
    number = make_customer_number(serial)

    for written in (number.shown, number.compact, number.rf, number.rf_shown):
        assert number.stored in certain(around.format(n=written))


@given(st.integers(2020, 2060), st.integers(1, 999_999))
def test_each_invoice_number_is_read_back_from_a_label(year: int, serial: int) -> None:
    number = f"FA{year}-{serial:06d}"

    assert certain(f"REGLEMENT {number} C 75001") == [number]
