"""MT940: the statement of SWIFT, with the words of a line behind `/EREF/…/NAME/…/REMI/…`."""

from __future__ import annotations

from datetime import date

from sandbox.bank.excerpt import Excerpt, euros, in_capitals, remittance
from sandbox.store import Json

_WIDTH, _ROWS = 65, 6
_CODES = {"RCDT": "NTRF", "ICDT": "NTRF", "IDDT": "NDDT"}


def write(told: Excerpt) -> bytes:
    """Balances, lines and the words about each."""
    rows = [
        ":20:STARTUMS",
        f":25:{told.account}",
        f":28C:{told.until:%y%j}/001",
        f":60F:{_balance(told.opening, told.since)}",
    ]
    for line in told.lines:
        rows += _movement(line)
    rows += [f":62F:{_balance(told.closing, told.until)}", "-"]
    return "".join(f"{row}\r\n" for row in rows).encode("ascii", "replace")


def _movement(line: Json) -> list[str]:
    day, cents = date.fromisoformat(line["day"]), line["cents"]
    code = _CODES.get(line["code"][1], "NCHG")
    if line.get("reason"):
        code = "NRTI"
    reference = (line.get("end_to_end") or "NONREF")[:16]
    row = f":61:{day:%y%m%d%m%d}{'C' if cents > 0 else 'D'}{euros(cents, ',')}{code}{reference}//{line['id'][-16:]}"
    return [row, *_lines(f":86:{_words(line)}")]


def _words(line: Json) -> str:
    marks = {
        "RTRN": line.get("reason", ""),
        "EREF": line.get("end_to_end", ""),
        "MREF": line.get("mandate", ""),
        "NAME": line.get("name", ""),
        "IBAN": line.get("iban", ""),
        "REMI": remittance(line)[:140],
    }
    return "".join(f"/{name}/{in_capitals(text)}" for name, text in marks.items() if text)


def _lines(text: str) -> list[str]:
    """Rows of 65 signs, or of 64 where a row would begin or end with a space, which networks lose."""
    rows: list[str] = []
    while text and len(rows) < _ROWS:
        width = _WIDTH
        if " " in text[_WIDTH - 1 : _WIDTH + 1] and " " not in text[_WIDTH - 2 : _WIDTH]:
            width = _WIDTH - 1
        rows.append(text[:width])
        text = text[width:]
    return rows


def _balance(cents: int, day: date) -> str:
    return f"{'C' if cents >= 0 else 'D'}{day:%y%m%d}EUR{euros(cents, ',')}"
