"""Files of transfers as a bank takes them: money leaves our account on its day, and comes back when nobody takes it.

What becomes of a transfer is decided as that of a debit (`fates`): an account that begins with R and a reason code
(`RAC04…`) is refused at once; with T (`TAC04…`) the money leaves and comes back days later; with S nothing happens.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from stdnum import iban as iban_numbers

from sandbox.bank import ledger
from sandbox.bank.fates import Fate, Kind, fate_of
from sandbox.bank.files import FILE, parts_of
from sandbox.bank.reading import Unreadable, all_of, cents_of, day_of, is_valid, read, text_at, version_of
from sandbox.store import Json
from sandbox.world import World, new_id

_MESSAGE = "pain.001"
_SATURDAY = 5


def is_transfers(content: bytes) -> bool:
    """Whether it is a file of transfers, good or bad."""
    try:
        read(content, _MESSAGE)
    except Unreadable:
        return False
    return True


def receive(world: World, content: bytes) -> Json:
    """Take a file: keep it with its answer, and book what leaves on its day. Raises Unreadable."""
    root = read(content, _MESSAGE)
    with world.store.transaction():
        parts = [_part(batch, each) for batch in all_of(root, "PmtInf") for each in all_of(batch, "CdtTrfTxInf")]
        reason = _refusal(world, root, parts)
        judged = [(part, Fate() if reason else _fate(world, part, parts)) for part in parts]
        kept: Json = {
            "id": new_id("bf", 16),
            "object": FILE,
            "created": world.clock.now(),
            "message": text_at(root, "GrpHdr/MsgId"),
            "kind": version_of(root),
            "reason": reason,
            "count": len(parts),
            "cents": sum(part["cents"] for part in parts),
            "debits": [],
            "transfers": [{**part, "reason": fate.reason if fate.kind is Kind.REJECT else ""} for part, fate in judged],
        }
        kept = world.store.put(kept)
        if not reason:
            account = text_at(root, "PmtInf/DbtrAcct/Id/IBAN")
            ledger.open_account(world, account)
            for part, fate in judged:
                _book(world, account, part, fate)
        return kept


def _part(batch: Any, each: Any) -> Json:
    day = text_at(batch, "ReqdExctnDt/Dt") or text_at(batch, "ReqdExctnDt")
    return {
        "batch": text_at(batch, "PmtInfId"),
        "end_to_end": text_at(each, "PmtId/EndToEndId"),
        "cents": cents_of(text_at(each, "InstdAmt")),
        "day": day_of(day).isoformat(),
        "name": text_at(each, "Cdtr/Nm"),
        "iban": text_at(each, "CdtrAcct/Id/IBAN"),
        "text": text_at(each, "RmtInf/Ustrd"),
    }


def _refusal(world: World, root: Any, parts: list[Json]) -> str:
    """Why the whole file is refused, by a code of ISO 20022; nothing when it is taken."""
    accounts = {text_at(batch, "DbtrAcct/Id/IBAN") for batch in all_of(root, "PmtInf")}
    message = text_at(root, "GrpHdr/MsgId")
    checks = {
        "FF01": is_valid(root),
        "DU01": not world.store.all(FILE, "json_extract(body, '$.message') = ?", (message,)),
        "AM18": text_at(root, "GrpHdr/NbOfTxs") == str(len(parts)),
        "AM10": cents_of(text_at(root, "GrpHdr/CtrlSum")) == sum(part["cents"] for part in parts),
        "AC03": len(accounts) == 1 and iban_numbers.is_valid(next(iter(accounts))),
        "DT01": all(_may_leave(date.fromisoformat(part["day"]), ledger.today(world)) for part in parts),
    }
    return next((reason for reason, right in checks.items() if not right), "")


def _may_leave(day: date, today: date) -> bool:
    return day >= today and day.weekday() < _SATURDAY


def _fate(world: World, part: Json, parts: list[Json]) -> Fate:
    known = [each["end_to_end"] for file in world.store.all(FILE) for each in parts_of(file) if not each["reason"]]
    if [*known, *(each["end_to_end"] for each in parts)].count(part["end_to_end"]) > 1:
        return Fate(Kind.REJECT, "AM05")
    if not iban_numbers.is_valid(part["iban"]):
        return Fate(Kind.REJECT, "AC01")
    return fate_of(world.store, end_to_end=part["end_to_end"], mandate="", iban=part["iban"])


def _book(world: World, account: str, part: Json, fate: Fate) -> None:
    """A line of its own when the money leaves; another one when it comes back."""
    if fate.kind not in {Kind.PAY, Kind.RETURN}:
        return
    day = date.fromisoformat(part["day"])
    facts = {name: part[name] for name in ("end_to_end", "name", "iban", "text")}
    ledger.book(world, account, day, -part["cents"], code=("PMNT", "ICDT", "ESCT"), **facts)
    if fate.kind is Kind.RETURN:
        back = day + timedelta(days=fate.days)
        while back.weekday() >= _SATURDAY:
            back += timedelta(days=1)
        told = {**facts, "text": f"REJET {part['text']}", "reason": fate.reason}
        ledger.book(world, account, back, part["cents"], code=("PMNT", "ICDT", "RRTN"), **told)
