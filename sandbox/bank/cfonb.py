"""CFONB 120: records of 120 signs, as French banks give them. 01 old balance, 04 movement, 05 more, 07 new balance."""

from __future__ import annotations

from datetime import date

from sandbox.bank.excerpt import Excerpt, french_account, in_capitals, label, remittance
from sandbox.store import Json

_LAST = ("{ABCDEFGHI", "}JKLMNOPQR")
_OPERATIONS = {"RCDT": "05", "ICDT": "06", "IDDT": "B1"}
_RETURNED = "B3"
_WIDTH = 70


def write(told: Excerpt) -> bytes:
    """Each line with its remittance, the other side and its references in records of their own."""
    records = [_record(told, "01", told.since, cents=told.opening)]
    for number, line in enumerate(told.lines, 1):
        records += _movement(told, line, number)
    records.append(_record(told, "07", told.until, cents=told.closing))
    return "".join(f"{record}\r\n" for record in records).encode("cp1252", "replace")


def _movement(told: Excerpt, line: Json, number: int) -> list[str]:
    day = date.fromisoformat(line["day"])
    operation = _OPERATIONS.get(line["code"][1], "62")
    if operation == "B1" and line["cents"] < 0:
        operation = _RETURNED
    head = in_capitals(label(line))[:31]
    move = _record(told, "04", day, operation=operation, cents=line["cents"], text=head, number=number)
    return [move, *(_more(told, day, operation, name, text) for name, text in _texts(line))]


def _texts(line: Json) -> list[tuple[str, str]]:
    other = "NPY" if line["cents"] > 0 or line["code"][1] == "IDDT" else "NBE"
    told = {
        other: line.get("name", ""),
        "IPY" if other == "NPY" else "IBE": line.get("iban", ""),
        "LCC": remittance(line)[:140],
        "RCN": line.get("end_to_end", ""),
        "RUM": line.get("mandate", ""),
    }
    return [
        (name, text[start : start + _WIDTH])
        for name, text in told.items()
        if text
        for start in range(0, len(text), _WIDTH)
    ]


def _record(
    told: Excerpt, code: str, day: date, *, cents: int, operation: str = "", text: str = "", number: int = 0
) -> str:
    bank, branch, account = french_account(told.account)
    head = f"{code}{bank}    {branch}EUR2 {account}{operation:2}{day:%d%m%y}"
    middle = f"  {day:%d%m%y}{text:31}  {number:07}  " if code == "04" else " " * 50
    return f"{head}{middle}{_amount(cents)}{'':16}"


def _more(told: Excerpt, day: date, operation: str, name: str, text: str) -> str:
    bank, branch, account = french_account(told.account)
    return f"05{bank}    {branch}EUR2 {account}{operation:2}{day:%d%m%y}     {name}{text:70}  "


def _amount(cents: int) -> str:
    """Fourteen digits, of which the last carries the sign."""
    digits = f"{abs(cents):014}"
    return digits[:-1] + _LAST[cents < 0][int(digits[-1])]
