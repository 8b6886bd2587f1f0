"""Files of direct debits as a bank takes them: checked as a whole, then debit by debit, then booked on their days."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from stdnum import iban as iban_numbers
from stdnum.eu import at_02

from sandbox.bank import ledger
from sandbox.bank.fates import Fate, Kind, fate_of
from sandbox.bank.reading import all_of, cents_of, day_of, is_valid, read, text_at, version_of
from sandbox.store import Json
from sandbox.world import World, new_id

FILE = "bank.file"
_VERSION = "pain.008"
_SATURDAY = 5
_CREDIT = {"CORE": "ESDD", "B2B": "BBDD"}


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
    root = read(content, _VERSION)
    with world.store.transaction():
        debits = _debits(root)
        reason = _refusal(world, root, debits)
        judged = [(debit, Fate()) for debit in debits] if reason else _judged(world, debits)
        if not reason:
            account = text_at(root, "PmtInf/CdtrAcct/Id/IBAN")
            ledger.open_account(world, account)
            _book(world, account, judged)
        kept: Json = {
            "id": new_id("bf", 16),
            "object": FILE,
            "created": world.clock.now(),
            "message": text_at(root, "GrpHdr/MsgId"),
            "kind": version_of(root),
            "reason": reason,
            "count": len(debits),
            "cents": sum(debit.cents for debit in debits),
            "debits": [_shown(debit, fate) for debit, fate in judged],
        }
        return world.store.put(kept)


def parts_of(file: Json) -> list[Json]:
    """The debits of a file, or its transfers: each with its reason when it was refused."""
    return [*file["debits"], *file.get("transfers", [])]


def status_of(file: Json) -> str:
    """ACCP, PART or RJCT, as ISO 20022 calls it."""
    parts = parts_of(file)
    refused = [part for part in parts if part["reason"]]
    if file["reason"] or len(refused) == len(parts):
        return "RJCT"
    return "PART" if refused else "ACCP"


def _debits(root: Any) -> list[Debit]:
    return [
        Debit(
            text_at(batch, "PmtInfId"),
            text_at(each, "PmtId/EndToEndId"),
            cents_of(text_at(each, "InstdAmt")),
            day_of(text_at(batch, "ReqdColltnDt")),
            text_at(batch, "PmtTpInf/LclInstrm/Cd"),
            text_at(each, "DrctDbtTx/MndtRltdInf/MndtId"),
            text_at(each, "Dbtr/Nm"),
            text_at(each, "DbtrAcct/Id/IBAN"),
            text_at(each, "RmtInf/Ustrd"),
        )
        for batch in all_of(root, "PmtInf")
        for each in all_of(batch, "DrctDbtTxInf")
    ]


def _refusal(world: World, root: Any, debits: list[Debit]) -> str:
    """Why the whole file is refused, by a code of ISO 20022; nothing when it is taken."""
    batches = all_of(root, "PmtInf")
    told = [_totals(batch) for batch in batches]
    counted = [_counted(debits, text_at(batch, "PmtInfId")) for batch in batches]
    whole = _totals(*all_of(root, "GrpHdr"))
    creditors = {text_at(batch, "CdtrSchmeId/Id/PrvtId/Othr/Id") for batch in batches}
    accounts = {text_at(batch, "CdtrAcct/Id/IBAN") for batch in batches}
    checks = {
        "FF01": is_valid(root),
        "DU01": not world.store.all(FILE, "json_extract(body, '$.message') = ?", (text_at(root, "GrpHdr/MsgId"),)),
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
    return int(text_at(part, "NbOfTxs") or 0), cents_of(text_at(part, "CtrlSum"))


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
