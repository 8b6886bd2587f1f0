"""Files of direct debits as a bank takes them: checked as a whole, then debit by debit, then booked on their days."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import sepaxml
from lxml import etree  # type: ignore[import-untyped]
from stdnum import iban as iban_numbers
from stdnum.eu import at_02

from sandbox.bank import ledger
from sandbox.bank.fates import Fate, Kind, fate_of
from sandbox.store import Json
from sandbox.world import World, new_id

FILE = "bank.file"
_VERSION = re.compile(r"urn:iso:std:iso:20022:tech:xsd:(pain\.008\.001\.\d\d)")
_SATURDAY = 5
_CREDIT = {"CORE": "ESDD", "B2B": "BBDD"}


class Unreadable(ValueError):
    """Not a file of direct debits at all: nothing is kept."""


@dataclass(frozen=True, slots=True)
class Debit:
    """One debit of a file, as the bank reads it."""

    batch: str
    end_to_end: str
    cents: int
    day: date
    scheme: str
    mandate: str
    name: str
    iban: str
    text: str


def receive(world: World, content: bytes) -> Json:
    """Take a file: keep it with its answer, and book what it brings on its days. Raises Unreadable."""
    root = _read(content)
    with world.store.transaction():
        debits = _debits(root)
        reason = _refusal(world, root, debits)
        judged = [(debit, Fate()) for debit in debits] if reason else _judged(world, debits)
        if not reason:
            account = _text(root, "PmtInf/CdtrAcct/Id/IBAN")
            ledger.open_account(world, account)
            _book(world, account, judged)
        kept: Json = {
            "id": new_id("bf", 16),
            "object": FILE,
            "created": world.clock.now(),
            "message": _text(root, "GrpHdr/MsgId"),
            "kind": _version(root),
            "reason": reason,
            "count": len(debits),
            "cents": sum(debit.cents for debit in debits),
            "debits": [_shown(debit, fate) for debit, fate in judged],
        }
        return world.store.put(kept)


def status_of(file: Json) -> str:
    """ACCP, PART or RJCT, as ISO 20022 calls it."""
    refused = [debit for debit in file["debits"] if debit["reason"]]
    if file["reason"] or len(refused) == len(file["debits"]):
        return "RJCT"
    return "PART" if refused else "ACCP"


def _read(content: bytes) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(str(error)) from error
    if root.getroottree().docinfo.doctype or not _version(root):
        raise Unreadable("not a pain.008 file")
    return root


def _debits(root: Any) -> list[Debit]:
    return [
        Debit(
            _text(batch, "PmtInfId"),
            _text(each, "PmtId/EndToEndId"),
            _cents(_text(each, "InstdAmt")),
            _day(_text(batch, "ReqdColltnDt")),
            _text(batch, "PmtTpInf/LclInstrm/Cd"),
            _text(each, "DrctDbtTx/MndtRltdInf/MndtId"),
            _text(each, "Dbtr/Nm"),
            _text(each, "DbtrAcct/Id/IBAN"),
            _text(each, "RmtInf/Ustrd"),
        )
        for batch in _all(root, "PmtInf")
        for each in _all(batch, "DrctDbtTxInf")
    ]


def _refusal(world: World, root: Any, debits: list[Debit]) -> str:
    """Why the whole file is refused, by a code of ISO 20022; nothing when it is taken."""
    batches = _all(root, "PmtInf")
    told = [_totals(batch) for batch in batches]
    counted = [_counted(debits, _text(batch, "PmtInfId")) for batch in batches]
    whole = _totals(*_all(root, "GrpHdr"))
    creditors = {_text(batch, "CdtrSchmeId/Id/PrvtId/Othr/Id") for batch in batches}
    accounts = {_text(batch, "CdtrAcct/Id/IBAN") for batch in batches}
    checks = {
        "FF01": _is_valid(root),
        "DU01": not world.store.all(FILE, "json_extract(body, '$.message') = ?", (_text(root, "GrpHdr/MsgId"),)),
        "AM18": [whole[0], *(count for count, _ in told)] == [len(debits), *(count for count, _ in counted)],
        "AM10": [whole[1], *(cents for _, cents in told)]
        == [sum(debit.cents for debit in debits), *(cents for _, cents in counted)],
        "BE05": len(creditors) == 1 and at_02.is_valid(next(iter(creditors))),
        "AC03": len(accounts) == 1 and iban_numbers.is_valid(next(iter(accounts))),
        "DT01": all(debit.day > ledger.today(world) and debit.day.weekday() < _SATURDAY for debit in debits),
    }
    return next((reason for reason, right in checks.items() if not right), "")


def _totals(part: Any) -> tuple[int, int]:
    """How many debits a part of the file says that it has, and of how many cents."""
    return int(_text(part, "NbOfTxs") or 0), _cents(_text(part, "CtrlSum"))


def _counted(debits: list[Debit], batch: str) -> tuple[int, int]:
    inside = [debit for debit in debits if debit.batch == batch]
    return len(inside), sum(debit.cents for debit in inside)


def _judged(world: World, debits: list[Debit]) -> list[tuple[Debit, Fate]]:
    """Each debit with what becomes of it: some are refused before settlement."""
    times = Counter(debit.end_to_end for debit in debits)
    known = {each["end_to_end"] for file in world.store.all(FILE) for each in file["debits"] if not file["reason"]}
    found = []
    for debit in debits:
        if times[debit.end_to_end] > 1 or debit.end_to_end in known:
            fate = Fate(Kind.REJECT, "AM05")
        elif not iban_numbers.is_valid(debit.iban):
            fate = Fate(Kind.REJECT, "AC01")
        else:
            fate = fate_of(world.store, end_to_end=debit.end_to_end, mandate=debit.mandate, iban=debit.iban)
        found.append((debit, fate))
    return found


def _book(world: World, account: str, judged: list[tuple[Debit, Fate]]) -> None:
    """One line a batch on its day, for what was taken; then the returns, each on its day."""
    settling = [(debit, fate) for debit, fate in judged if fate.kind in {Kind.PAY, Kind.RETURN}]
    for batch in sorted({debit.batch for debit, _ in settling}):
        parts = [(debit, fate) for debit, fate in settling if debit.batch == batch]
        first, total = parts[0][0], sum(debit.cents for debit, _ in parts)
        code = ("PMNT", "IDDT", _CREDIT.get(first.scheme, "ESDD"))
        told = [_part(debit) for debit, _ in parts]
        ledger.book(world, account, first.day, total, code=code, batch=batch, parts=told, text=f"REMISE {batch}")
        for debit, fate in parts:
            if fate.kind is Kind.RETURN:
                give_back(world, account, _part(debit), first.day + timedelta(days=fate.days), fate)


def give_back(world: World, account: str, part: Json, day: date, fate: Fate) -> Json:
    """A debit that settled comes back: a line of its own, the bank's charges inside or not at all."""
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    code = ("PMNT", "IDDT", "UPDD")
    facts = {**part, "reason": fate.reason, "charges": fate.charges, "text": f"RETOUR {part['text']}", "code": code}
    cents = -(int(facts.pop("cents")) + fate.charges)
    return ledger.book(world, account, day, cents, **facts)


def _part(debit: Debit) -> Json:
    return {
        "end_to_end": debit.end_to_end,
        "mandate": debit.mandate,
        "cents": debit.cents,
        "name": debit.name,
        "iban": debit.iban,
        "text": debit.text,
    }


def _shown(debit: Debit, fate: Fate) -> Json:
    reason = fate.reason if fate.kind is Kind.REJECT else ""
    return {**_part(debit), "batch": debit.batch, "day": debit.day.isoformat(), "reason": reason}


def _version(root: Any) -> str:
    """`pain.008.001.08`; nothing when it is another file."""
    found = _VERSION.fullmatch(etree.QName(root).namespace or "")
    return found[1] if found else ""


def _is_valid(root: Any) -> bool:
    path = Path(sepaxml.__file__).parent / "schemas" / f"{_version(root)}.xsd"
    return path.is_file() and bool(etree.XMLSchema(etree.parse(path)).validate(root))


def _all(element: Any, name: str) -> list[Any]:
    return list(element.iterfind(f".//{{{etree.QName(element).namespace}}}{name}"))


def _text(element: Any, path: str) -> str:
    space = etree.QName(element).namespace
    found = element.find(".//" + "/".join(f"{{{space}}}{step}" for step in path.split("/")))
    return str(found.text or "") if found is not None else ""


def _cents(text: str) -> int:
    whole, _, rest = text.partition(".")
    return int(f"{whole or 0}{rest[:2].ljust(2, '0')}")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Unreadable(f"not a day: {text}") from error
