from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import xmlschema
from lxml import etree  # type: ignore[import-untyped]

from payments.sepa.pain001 import PAIN_001, Address, File, NotSendable, Payer, Transfer, write

NOW = datetime(2026, 11, 26, 9, 30, tzinfo=ZoneInfo("Europe/Paris"))
US = Payer(
    "Hébergeur & Cie",
    "FR7630006000011234567890189",
    "AGRIFRPP",
    Address("12 rue de l’Étang", "29200", "Brest", "FR"),
)
TRANSFER = Transfer(
    end_to_end="V-7K2M-94QX-3T8A",
    amount_cents=12_000,
    beneficiary="Trésorerie de Saint-Étienne",
    iban="FR1420041010050500013M02606",
    label="Retour de votre virement du 24/11/2026 : trop perçu",
)
GOLDEN = Path(__file__).parent / "files"


def made(*transfers: Transfer, us: Payer = US, **changes: Any) -> File:
    asked = {"message_id": "V20261126-1", "created_at": NOW, "execute_on": date(2026, 11, 27), **changes}
    return write(transfers or [TRANSFER], us, **asked)


def faults(*transfers: Transfer, us: Payer = US, **changes: Any) -> list[tuple[str, str]]:
    with pytest.raises(NotSendable) as refused:
        made(*transfers, us=us, **changes)
    return [(fault.code, fault.end_to_end) for fault in refused.value.faults]


def read(content: bytes, path: str) -> list[str]:
    root = etree.fromstring(content)
    return [str(element.text) for element in root.iterfind(f".//{path}", {"p": etree.QName(root).namespace})]


@pytest.mark.parametrize("version", PAIN_001)
def test_the_file_is_the_one_that_was_agreed_with_banks(version: str) -> None:
    german = replace(TRANSFER, end_to_end="V-2", iban="DE89370400440532013000", bic="COBADEFFXXX", amount_cents=1)

    content = made(german, TRANSFER, version=version).content

    assert content == (GOLDEN / f"{version}.xml").read_bytes()


@pytest.mark.parametrize("version", PAIN_001)
def test_another_reader_of_the_schema_accepts_it_too(version: str) -> None:
    import sepaxml

    schema = xmlschema.XMLSchema(Path(sepaxml.__file__).parent / "schemas" / f"{version}.xsd")

    assert schema.is_valid(made(version=version).content.decode())


def test_each_transfer_is_a_movement_of_its_own_and_the_totals_are_right() -> None:
    other = replace(TRANSFER, end_to_end="V-2", amount_cents=99)

    file = made(TRANSFER, other)

    assert (file.count, file.total_cents) == (2, 12_099)
    assert read(file.content, "p:CtrlSum") == ["120.99", "120.99"]
    assert read(file.content, "p:BtchBookg") == ["false"]
    assert file.content == made(other, TRANSFER).content


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"end_to_end": "Été€"}, "bad end-to-end id"),
        ({"amount_cents": 0}, "bad amount"),
        ({"amount_cents": 100_000_000_000}, "bad amount"),
        ({"iban": "DE89370400440532013001"}, "bad account"),
        ({"iban": "BR1800360305000010009795493C1"}, "bad account"),
        ({"iban": US.iban}, "our own account"),
        ({"bic": "AGRI"}, "bad BIC"),
        ({"beneficiary": "☃"}, "beneficiary without a name"),
        ({"label": " "}, "nothing to read"),
    ],
)
def test_what_a_bank_would_refuse_is_refused_before(wrong: dict[str, Any], code: str) -> None:
    transfer = replace(TRANSFER, **wrong)

    assert (code, transfer.end_to_end) in faults(transfer)


@pytest.mark.parametrize(
    ("us", "changes", "code"),
    [
        ({"iban": "FR7630006000011234567890188"}, {}, "bad account of the payer"),
        ({"bic": ""}, {}, "bad BIC of the payer"),
        ({"name": "☃"}, {}, "payer without a name"),
        ({}, {"message_id": "R" * 33}, "bad message name"),
        ({}, {"execute_on": date(2026, 11, 25)}, "executed in the past"),
        ({}, {"execute_on": date(2026, 11, 28)}, "no settlement on that day"),
    ],
)
def test_a_file_that_is_wrong_as_a_whole_is_not_written(us: dict[str, Any], changes: dict[str, Any], code: str) -> None:
    assert (code, "") in faults(TRANSFER, us=replace(US, **us), **changes)


def test_an_account_outside_the_economic_area_wants_our_address() -> None:
    swiss = replace(TRANSFER, iban="CH9300762011623852957")

    assert faults(swiss, us=replace(US, address=None)) == [("address needed", TRANSFER.end_to_end)]
    assert made(swiss).count == 1


def test_two_transfers_of_one_name_are_not_sent() -> None:
    assert faults(TRANSFER, TRANSFER) == [("named twice", TRANSFER.end_to_end)]
