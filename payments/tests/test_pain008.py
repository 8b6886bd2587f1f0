from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import xmlschema
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree  # type: ignore[import-untyped]

from payments.sepa.pain008 import PAIN_008, Address, Creditor, DebitOrder, File, NotSendable, write

NOW = datetime(2026, 11, 26, 9, 30, tzinfo=ZoneInfo("Europe/Paris"))
US = Creditor("Hébergeur & Cie", "FR7630006000011234567890189", "AGRIFRPP", "FR72ZZZ123456")
ORDER = DebitOrder(
    end_to_end="D-7K2M-94QX-3T8A-1",
    amount_cents=4_680,
    mandate="C104273-001",
    signed_on=date(2026, 3, 2),
    debtor="Société Générale d’Été",
    iban="DE89370400440532013000",
    bic="COBADEFFXXX",
    label="Facture FA2026-000042 échue le 30/11/2026",
    sequence="RCUR",
    collect_on=date(2026, 11, 30),
)
GOLDEN = Path(__file__).parent / "files"


def made(*orders: DebitOrder, **changes: Any) -> File:
    asked = {"scheme": "CORE", "message_id": "R20261126-1", "created_at": NOW, **changes}
    return write(orders or [ORDER], US, **asked)


def read(content: bytes, path: str) -> list[str]:
    root = etree.fromstring(content)
    space = {"p": etree.QName(root).namespace}
    return [str(element.text) for element in root.iterfind(f".//{path}", space)]


def faults(*orders: DebitOrder, us: Creditor = US, **changes: Any) -> list[tuple[str, str]]:
    asked = {"scheme": "CORE", "message_id": "R1", "created_at": NOW, **changes}
    with pytest.raises(NotSendable) as refused:
        write(orders, us, **asked)
    return [(fault.code, fault.end_to_end) for fault in refused.value.faults]


@pytest.mark.parametrize("version", PAIN_008)
def test_the_file_is_the_one_that_was_agreed_with_banks(version: str) -> None:
    swiss = replace(
        ORDER,
        end_to_end="D-2",
        iban="CH9300762011623852957",
        bic="",
        sequence="FRST",
        address=Address("12 rue du Rhône", "1204", "Genève", "CH"),
    )

    content = made(ORDER, swiss, version=version).content

    golden = GOLDEN / f"{version}.xml"
    assert content == golden.read_bytes()


@pytest.mark.parametrize("version", PAIN_008)
def test_another_reader_of_the_schema_accepts_it_too(version: str) -> None:
    import sepaxml

    schema = xmlschema.XMLSchema(Path(sepaxml.__file__).parent / "schemas" / f"{version}.xsd")

    assert schema.is_valid(made(version=version).content.decode())


def test_written_twice_it_is_the_same_to_the_byte_whatever_the_order() -> None:
    other = replace(ORDER, end_to_end="D-2", sequence="FRST")

    assert made(ORDER, other).content == made(other, ORDER).content


def test_it_is_parted_by_day_and_sequence_and_its_totals_are_right() -> None:
    orders = [
        replace(ORDER, end_to_end="1", amount_cents=1),
        replace(ORDER, end_to_end="2", amount_cents=10_000_000, sequence="FRST"),
        replace(ORDER, end_to_end="3", amount_cents=99, collect_on=date(2026, 12, 1)),
        replace(ORDER, end_to_end="4", amount_cents=900),
    ]

    file = made(*orders)

    assert (file.count, file.total_cents) == (4, 10_001_000)
    assert read(file.content, "p:NbOfTxs") == ["4", "1", "2", "1"]
    assert read(file.content, "p:CtrlSum") == ["100010.00", "100000.00", "9.01", "0.99"]
    assert read(file.content, "p:PmtInfId") == ["R20261126-1-1", "R20261126-1-2", "R20261126-1-3"]


@given(st.lists(st.integers(1, 99_999_999_999), min_size=1, max_size=20))
def test_the_blocks_always_sum_to_the_whole(amounts: list[int]) -> None:
    orders = [
        replace(ORDER, end_to_end=str(number), amount_cents=cents, sequence="FRST" if number % 3 else "RCUR")
        for number, cents in enumerate(amounts)
    ]

    file = made(*orders)

    whole, *blocks = (int(total.replace(".", "")) for total in read(file.content, "p:CtrlSum"))
    assert whole == file.total_cents == sum(amounts) == sum(blocks)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"end_to_end": "Été€"}, "bad end-to-end id"),
        ({"mandate": "RÉF 1"}, "bad mandate reference"),
        ({"amount_cents": 0}, "bad amount"),
        ({"amount_cents": 100_000_000_000}, "bad amount"),
        ({"sequence": "NEXT"}, "bad sequence"),
        ({"iban": "DE89370400440532013001"}, "bad account"),
        ({"iban": "FR1420041010050500013M02605"}, "bad account"),
        ({"iban": "DE89 3704 0044 0532 0130 00"}, "bad account"),
        ({"iban": "BR1800360305000010009795493C1"}, "bad account"),
        ({"iban": US.iban}, "our own account"),
        ({"bic": "AGRI"}, "bad BIC"),
        ({"debtor": "☃"}, "debtor without a name"),
        ({"label": " "}, "nothing to read"),
        ({"signed_on": date(2026, 11, 27)}, "signed later"),
        ({"collect_on": date(2026, 11, 26)}, "collected in the past"),
        ({"collect_on": date(2026, 11, 28)}, "no settlement on that day"),
        ({"iban": "CH9300762011623852957"}, "address needed"),
    ],
)
def test_what_a_bank_would_refuse_is_refused_before(wrong: dict[str, Any], code: str) -> None:
    order = replace(ORDER, **wrong)

    assert (code, order.end_to_end) in faults(order)


@pytest.mark.parametrize(
    ("us", "changes", "code"),
    [
        ({"ics": "FR73ZZZ123456"}, {}, "bad creditor identifier"),
        ({"iban": "FR7630006000011234567890188"}, {}, "bad account of the creditor"),
        ({"bic": ""}, {}, "bad BIC of the creditor"),
        ({"name": "☃"}, {}, "creditor without a name"),
        ({}, {"scheme": "COR1"}, "unknown scheme"),
        ({}, {"message_id": "R" * 33}, "bad message name"),
    ],
)
def test_a_file_that_is_wrong_as_a_whole_is_not_written(us: dict[str, str], changes: dict[str, str], code: str) -> None:
    assert (code, "") in faults(ORDER, us=replace(US, **us), **changes)


def test_nothing_makes_no_file() -> None:
    assert faults() == [("nothing to send", "")]


def test_two_debits_of_one_name_are_not_sent() -> None:
    assert faults(ORDER, ORDER) == [("named twice", ORDER.end_to_end)]


def test_every_fault_is_told_at_once_and_no_account_number_is() -> None:
    wrong = replace(ORDER, amount_cents=0, iban="DE89370400440532013001", label="")

    with pytest.raises(NotSendable) as refused:
        made(wrong)

    assert [fault.code for fault in refused.value.faults] == ["bad amount", "bad account", "nothing to read"]
    assert "0532013001" not in str(refused.value)
