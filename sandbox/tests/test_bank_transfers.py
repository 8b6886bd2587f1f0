"""Our bank, imitated: files of transfers in; money leaves, is refused, or comes back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import requests
from lxml import etree  # type: ignore[import-untyped]
from sepaxml import SepaTransfer

from sandbox.bank.fates import account
from sandbox.server import Sandbox
from sandbox.tests.conftest import Control, Visitor

OURS = "FR7630006000011234567890189"
PAID = account("00000000001")
FRIDAY = date(2026, 11, 27)
Json = dict[str, Any]


@pytest.fixture(autouse=True)
def november(control: Control) -> None:
    control("clock", at="2026-11-26T12:00:00+01:00")


def file_of(*transfers: Json, day: date = FRIDAY, version: str = "09", change: Callable[[str], str] = str) -> bytes:
    config = {"name": "Hebergeur", "IBAN": OURS, "BIC": "AGRIFRPP", "batch": True, "currency": "EUR"}
    maker = SepaTransfer(config, schema=f"pain.001.001.{version}", clean=False)
    for number, transfer in enumerate(transfers):
        facts = {
            "name": "Mairie",
            "IBAN": PAID,
            "amount": 12_000,
            "execution_date": day,
            "description": "Retour",
            "endtoend_id": f"V{number}",
        }
        maker.add_payment({**facts, **transfer})
    return change(maker.export(validate=False).decode()).encode()


def give(sandbox: Sandbox, content: bytes) -> Json:
    answer = requests.post(f"{sandbox.url}/bank/files", content, headers={"Content-Type": "application/xml"}, timeout=5)
    said: Json = answer.json()
    return said


def texts(visitor: Visitor, path: str, name: str) -> list[str]:
    root = etree.fromstring(visitor.get(path).body.encode())
    return [str(found.text) for found in root.iterfind(f".//{{{etree.QName(root).namespace}}}{name}")]


@pytest.mark.parametrize("version", ["09", "03"])
def test_money_leaves_on_its_day_each_transfer_a_line(
    sandbox: Sandbox, visitor: Visitor, control: Control, version: str
) -> None:
    said = give(sandbox, file_of({}, {"amount": 99}, version=version))
    control("clock", at="2026-11-27T12:00:00+01:00")

    told = "/bank/camt.053.xml?from=2026-11-27&to=2026-11-27"

    assert (said["status"], said["count"], said["cents"]) == ("ACCP", 2, 12_099)
    assert texts(visitor, told, "EndToEndId") == ["V0", "V1"]
    assert texts(visitor, told, "Amt") == ["10000.00", "9879.01", "120.00", "120.00", "0.99", "0.99"]


def test_a_closed_account_is_refused_in_the_answer_and_no_money_leaves(sandbox: Sandbox, visitor: Visitor) -> None:
    said = give(sandbox, file_of({"IBAN": account("RAC04")}, {}))
    answer = f"/bank/files/{said['id']}/answer.xml"

    assert (said["status"], said["rejected"]) == ("PART", ["V0"])
    assert texts(visitor, answer, "OrgnlEndToEndId") == ["V0"]
    assert texts(visitor, answer, "ReqdExctnDt") == ["2026-11-27"]


def test_what_nobody_takes_comes_back_some_days_later(sandbox: Sandbox, visitor: Visitor, control: Control) -> None:
    give(sandbox, file_of({"IBAN": account("TAC04")}))
    control("clock", at="2026-12-02T12:00:00+01:00")

    told = "/bank/camt.053.xml?from=2026-11-27&to=2026-12-02"

    assert texts(visitor, told, "CdtDbtInd") == ["CRDT", "CRDT", "DBIT", "DBIT", "CRDT", "CRDT"]
    assert texts(visitor, told, "EndToEndId") == ["V0", "V0"]
    assert texts(visitor, told, "SubFmlyCd") == ["ESCT", "RRTN"]


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (file_of({}, change=lambda text: text.replace("<NbOfTxs>1", "<NbOfTxs>2")), "AM18"),
        (file_of({}, change=lambda text: text.replace("<CtrlSum>120.00", "<CtrlSum>121.00")), "AM10"),
        (file_of({}, change=lambda text: text.replace("<ChrgBr>SLEV", "<ChrgBr>NONE")), "FF01"),
        (file_of({}, day=date(2026, 11, 25)), "DT01"),
    ],
)
def test_a_file_that_is_wrong_is_refused_whole(sandbox: Sandbox, file: bytes, reason: str) -> None:
    said = give(sandbox, file)

    assert (said["status"], said["reason"]) == ("RJCT", reason)


def test_a_name_is_taken_once(sandbox: Sandbox) -> None:
    give(sandbox, file_of({}))

    assert give(sandbox, file_of({}, {"endtoend_id": "V9"}))["rejected"] == ["V0"]
