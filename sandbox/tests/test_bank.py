"""Our bank, imitated: files of debits in, answers and statements out."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import requests
from lxml import etree  # type: ignore[import-untyped]
from sepaxml import SepaDD

from sandbox.bank.fates import account
from sandbox.bank.formats import NAMES
from sandbox.server import Sandbox
from sandbox.tests.conftest import Control, Visitor

NOON = "2026-11-26T12:00:00+01:00"
MONDAY = date(2026, 11, 30)
OURS = "FR7630006000011234567890189"
PAYS = account("00000000001")
Json = dict[str, Any]


@pytest.fixture(autouse=True)
def november(control: Control) -> None:
    control("clock", at=NOON)


def file_of(*debits: Json, ics: str = "FR72ZZZ123456", day: date = MONDAY, change: Callable[[str], str] = str) -> bytes:
    config = {
        "name": "Hebergeur",
        "IBAN": OURS,
        "BIC": "AGRIFRPP",
        "batch": True,
        "creditor_id": ics,
        "currency": "EUR",
    }
    maker = SepaDD(config, schema="pain.008.001.08", clean=False)
    for number, debit in enumerate(debits):
        maker.add_payment(
            {
                "name": "Anne Martin",
                "IBAN": PAYS,
                "amount": 12_000,
                "type": "RCUR",
                "collection_date": day,
                "mandate_id": "M1",
                "mandate_date": date(2026, 1, 5),
                "description": "Facture FA2026-000001",
                "endtoend_id": f"E{number}",
                **debit,
            }
        )
    return change(maker.export(validate=False).decode()).encode()


def give(sandbox: Sandbox, content: bytes) -> Json:
    answer = requests.post(f"{sandbox.url}/bank/files", content, headers={"Content-Type": "application/xml"}, timeout=5)
    said: Json = answer.json()
    return said


def read(visitor: Visitor, path: str) -> Any:
    return etree.fromstring(visitor.get(path).body.encode())


def texts(root: Any, name: str) -> list[str]:
    return [str(found.text) for found in root.iterfind(f".//{{{etree.QName(root).namespace}}}{name}")]


def test_a_file_is_taken_and_pays_on_its_day_in_one_line(sandbox: Sandbox, visitor: Visitor, control: Control) -> None:
    said = give(sandbox, file_of({}, {"amount": 4_680}))
    before = texts(read(visitor, "/bank/camt.053.xml"), "Amt")
    control("clock", at="2026-11-30T08:00:00+01:00")

    statement = read(visitor, "/bank/camt.053.xml?from=2026-11-30&to=2026-11-30")

    assert (said["status"], said["count"], said["cents"]) == ("ACCP", 2, 16_680)
    assert before == ["10000.00", "10000.00"]
    assert texts(statement, "Amt") == ["10000.00", "10166.80", "166.80", "120.00", "46.80"]
    assert texts(statement, "EndToEndId") == ["E0", "E1"]
    assert texts(statement, "SubFmlyCd") == ["ESDD"]


def test_some_are_refused_before_they_settle_and_the_answer_says_why(sandbox: Sandbox, visitor: Visitor) -> None:
    said = give(sandbox, file_of({}, {"IBAN": account("RAM04")}, {"IBAN": account("RAC04")}))

    answer = read(visitor, f"/bank/files/{said['id']}/answer.xml")

    assert (said["status"], said["rejected"]) == ("PART", ["E1", "E2"])
    assert texts(answer, "GrpSts") == ["PART"]
    assert texts(answer, "OrgnlEndToEndId") == ["E1", "E2"]
    assert texts(answer, "Cd") == ["AM04", "AC04"]


def test_a_debit_comes_back_after_it_settled_with_the_charges_of_the_bank(
    sandbox: Sandbox, visitor: Visitor, control: Control
) -> None:
    control("bank/fates/M1", kind="RETURN", reason="MD06", days=42, charges=500)
    give(sandbox, file_of({}))
    control("clock", at="2027-01-12T08:00:00+01:00")

    notice = read(visitor, "/bank/camt.054.xml?from=2027-01-11&to=2027-01-11")

    assert texts(notice, "CdtDbtInd") == ["DBIT", "DBIT", "DBIT"]
    assert texts(notice, "Amt") == ["125.00", "120.00", "5.00"]
    assert texts(notice, "EndToEndId") == ["E0"]
    assert texts(notice, "Cd")[-1] == "MD06"


def test_a_fate_told_once_is_used_once(sandbox: Sandbox, control: Control) -> None:
    control(f"bank/fates/{PAYS}", kind="REJECT", reason="AM04", times=1)

    first = give(sandbox, file_of({"endtoend_id": "A"}))
    second = give(sandbox, file_of({"endtoend_id": "B"}))

    assert (first["status"], second["status"]) == ("RJCT", "ACCP")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"change": lambda text: re.sub(r"<CtrlSum>.*?<", "<CtrlSum>119.99<", text, count=1)}, "AM10"),
        ({"change": lambda text: re.sub(r"<NbOfTxs>1<", "<NbOfTxs>2<", text, count=1)}, "AM18"),
        ({"ics": "FR73ZZZ123456"}, "BE05"),
        ({"day": date(2026, 11, 28)}, "DT01"),
        ({"day": date(2026, 11, 26)}, "DT01"),
        ({"change": lambda text: text.replace(OURS, OURS[:-1] + "8")}, "AC03"),
        ({"change": lambda text: text.replace("<ChrgBr>SLEV</ChrgBr>", "<ChrgBr>FREE</ChrgBr>")}, "FF01"),
    ],
)
def test_a_file_that_is_wrong_is_refused_whole(sandbox: Sandbox, visitor: Visitor, wrong: Json, code: str) -> None:
    said = give(sandbox, file_of({}, **wrong))

    assert (said["status"], said["reason"]) == ("RJCT", code)
    assert visitor.get("/bank/camt.053.xml").status == 404


def test_the_same_file_is_taken_once(sandbox: Sandbox) -> None:
    content = file_of({})

    assert [give(sandbox, content)["reason"] for _ in range(2)] == ["", "DU01"]


def test_a_debit_named_twice_is_refused(sandbox: Sandbox) -> None:
    give(sandbox, file_of({}))

    assert give(sandbox, file_of({}))["rejected"] == ["E0"]


def test_what_is_no_file_of_debits_is_not_kept(sandbox: Sandbox) -> None:
    for content in (b"hello", b"<Document/>", b'<!DOCTYPE a [<!ENTITY b "c">]><Document/>'):
        assert "not a file" in give(sandbox, content)["error"]


def test_people_send_transfers_and_the_bank_keeps_fees(visitor: Visitor, control: Control) -> None:
    control("bank/transfers", account=OURS, cents=7_200, text="C104273-40 FA2026-000001", name="ANNE MARTIN", iban=PAYS)
    control("bank/fees", cents=250)

    statement = read(visitor, "/bank/camt.053.xml?from=2026-11-26&to=2026-11-26")

    assert texts(statement, "Ustrd") == ["C104273-40 FA2026-000001", "FRAIS DE TENUE DE COMPTE"]
    assert texts(statement, "Amt")[:2] == ["10000.00", "10069.50"]


def test_somebody_sends_a_transfer_on_the_page_and_each_format_tells_it(visitor: Visitor, sandbox: Sandbox) -> None:
    form = {"name": "ANNE MARTIN", "iban": PAYS, "text": "C104273-40", "euros": "1 250,50", "account": OURS}
    sent = visitor.post("/bank/transfers", form)
    shown = visitor.get("/bank/").body

    assert (sent.status, sent.location) == (303, "/bank/")
    assert "C104273-40" in shown
    for name in NAMES:
        assert f"/bank/{name}?from=2026-11-26" in shown
        answer = requests.get(f"{sandbox.url}/bank/{name}?from=2026-11-26&to=2026-11-26", timeout=5)
        assert answer.status_code == 200
        assert name in {"camt.054.xml", "statement.xlsx"} or b"C104273-40" in answer.content.replace(b"\r\n", b"")
    assert b"1250,50" in requests.get(f"{sandbox.url}/bank/statement.csv", timeout=5).content


@pytest.mark.parametrize("euros", ["", "0", "-5", "abc", "1,234", "1e3"])
def test_a_transfer_without_an_amount_is_refused(visitor: Visitor, euros: str) -> None:
    sent = visitor.post("/bank/transfers", {"name": "A", "text": "x", "euros": euros, "account": OURS})

    assert sent.status == 400
    assert visitor.get("/bank/camt.053.xml").status == 404


def test_versions_of_camt_are_those_that_banks_send(visitor: Visitor, control: Control) -> None:
    control("bank/transfers", account=OURS, cents=100, structured="RF40C104273", name="A")

    for version in ("02", "08", "13"):
        statement = read(visitor, f"/bank/camt.053.xml?version={version}")
        assert etree.QName(statement).namespace.endswith(f"camt.053.001.{version}")
        assert texts(statement, "Ref") == ["RF40C104273"]
    assert visitor.get("/bank/camt.053.xml?version=99").status == 400


def test_the_page_takes_a_file_and_shows_the_account(visitor: Visitor, sandbox: Sandbox) -> None:
    give(sandbox, file_of({}))

    shown = visitor.get("/bank/")

    assert shown.status == 200
    assert OURS in shown.body
    assert "Remettre à la banque" in shown.body
