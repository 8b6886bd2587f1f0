"""MT940 of SWIFT, by the mt-940 package; the words of the movement (:86:) are read here, in both usual ways.

`/EREF/…/REMI/…` is the way of most banks, `?20…?32…` that of German ones.
"""

from __future__ import annotations

import io
import logging
import re
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import mt940
from django.utils.translation import gettext as _

from bank.readers.camt_entries import NOT_A_REFERENCE
from bank.readers.figures import cents_of
from bank.readers.ibans import read_iban
from bank.readers.kinds import by_words
from bank.readers.refusing import FileRefused
from bank.readers.shape import Line, Party, Statement
from bank.readers.texts import decoded
from bank.words import Format, LineKind
from core.money import Money

if TYPE_CHECKING:
    from bank.readers.bounds import Budget

# It writes into the log what it cannot read: the words and accounts of people.
logging.getLogger("mt940").setLevel(logging.CRITICAL)
_SLASHED: Final = re.compile(
    r"/(EREF|KREF|PREF|MREF|CRED|REMI|SVWZ|ORDP|BENM|NAME|IBAN|BIC|ULTD|ULTC|RTRN|TRCD|CHGS|OAMT|INFO|TYPE|CNTP)/"
)
_NUMBERED: Final = re.compile(r"\?(\d\d)")
_MARKED: Final = re.compile(r"(EREF|KREF|MREF|CRED|SVWZ|ABWA)\+")
_FULL: Final = 64
_SIGNS: Final = {"C": 1, "D": -1, "RC": -1, "RD": 1, "EC": 1, "ED": -1}
_KINDS: Final = {
    # What it is when money comes in, and when it goes out.
    "NCHG": (LineKind.FEE, LineKind.FEE),
    "NCOM": (LineKind.FEE, LineKind.FEE),
    "NRTI": (LineKind.REVERSED, LineKind.RETURNED),
    "NTRF": (LineKind.TRANSFER_IN, LineKind.TRANSFER_OUT),
    "NDDT": (LineKind.COLLECTED, LineKind.DEBITED),
}


def read(content: bytes, *, budget: Budget) -> list[Statement]:
    """Each statement of the file. Raises FileRefused."""
    text = decoded(content).replace("\r\n", "\n").replace("\r", "\n")
    wanted = len(re.findall(r"^:61:", text, re.MULTILINE))
    for _place in range(wanted):
        budget.spend_line()
    try:
        blocks = mt940.parse_statements(io.StringIO(text), processors={"post_transaction_details": []})
        found = [_statement(block) for block in blocks]
    except FileRefused:
        raise
    except Exception as error:
        raise FileRefused(_("The file is cut short or damaged.")) from error
    if not found:
        raise FileRefused(_("There is no statement in this file."))
    if sum(len(each.lines) + each.left_out for each in found) != wanted:
        raise FileRefused(_("The file is cut short or damaged."))
    return found


def _statement(block: Any) -> Statement:
    opening = block.data.get("final_opening_balance") or block.data.get("intermediate_opening_balance")
    closing = block.data.get("final_closing_balance") or block.data.get("intermediate_closing_balance")
    if opening is None:
        raise FileRefused(_("The opening balance is missing, so the statement cannot be checked."))
    if closing is None:
        raise FileRefused(_("The closing balance is missing, so the statement cannot be checked."))
    lines = [_line(each.data, place) for place, each in enumerate(block, 1) if each.data.get("status")]
    kept = tuple(line for line in lines if line.amount)
    told = block.data.get("account_identification", "")
    number = [str(block.data[name]) for name in ("statement_number", "sequence_number") if block.data.get(name)]
    return Statement(
        format=Format.MT_940,
        account=read_iban(told) or read_iban(told.rpartition("/")[2]) or told.rpartition("/")[2],
        currency=str(closing.amount.currency or "EUR"),
        statement_id=block.data.get("transaction_reference", ""),
        sequence="/".join(number),
        first_on=min([_day(opening.date), *(line.booked_on for line in kept)]),
        last_on=_day(closing.date),
        opening=cents_of(opening.amount.amount),
        closing=cents_of(closing.amount.amount),
        lines=kept,
        left_out=len(lines) - len(kept),
    )


def _line(data: dict[str, Any], place: int) -> Line:
    amount = Money(_SIGNS[data["status"]] * abs(cents_of(data["amount"].amount).cents))
    told = _told(str(data.get("transaction_details") or ""))
    text = told.get("text", "") or " ".join(str(data.get("extra_details") or "").split())
    incoming = amount.cents > 0
    code = str(data.get("id") or "")
    return Line(
        place=place,
        booked_on=_day(data.get("entry_date") or data["date"]),
        value_on=_day(data["date"]),
        amount=amount,
        kind=_kind(data, told, text, incoming=incoming),
        bank_reference=_reference(data.get("bank_reference")),
        end_to_end=_reference(told.get("end_to_end")) or _reference(data.get("customer_reference")),
        mandate_ref=_reference(told.get("mandate")),
        text=text,
        party=Party(told.get("name", ""), read_iban(told.get("iban", "")), told.get("bic", "")[:11]),
        operation_code=code,
        return_code=told.get("return", "")[:4].strip("/ "),
    )


def _kind(data: dict[str, Any], told: dict[str, str], text: str, *, incoming: bool) -> LineKind:
    code, reversal = str(data.get("id") or ""), str(data["status"]).startswith("R")
    if code in _KINDS and not reversal:
        return _KINDS[code][0 if incoming else 1]
    said = by_words(f"{told.get('posting', '')} {text}", incoming=incoming, returned=bool(told.get("return")))
    return LineKind.REVERSED if reversal and said != LineKind.RETURNED else said


def _told(details: str) -> dict[str, str]:
    """What :86: says, under our names; all of it as the text where it has no marks."""
    lines = details.split("\n")
    joined = "".join(line if len(line) >= _FULL else f"{line} " for line in lines).strip()
    if _NUMBERED.search(joined):
        return _numbered(_NUMBERED.split("".join(lines)))
    if not _SLASHED.search(joined):
        return {"text": " ".join(joined.split())}
    parts = _SLASHED.split(joined)
    told = {name: " ".join(text.strip(" /").split()) for name, text in zip(parts[1::2], parts[2::2], strict=True)}
    first = parts[0].strip(" /")
    return {
        "text": " ".join(
            text for text in (told.get("REMI") or told.get("SVWZ", ""), told.get("INFO", ""), first) if text
        ),
        "end_to_end": told.get("EREF", ""),
        "mandate": told.get("MREF", ""),
        "name": told.get("NAME") or told.get("ORDP") or told.get("BENM", ""),
        "iban": told.get("IBAN", ""),
        "bic": told.get("BIC", ""),
        "return": told.get("RTRN", ""),
    }


def _numbered(parts: list[str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for name, text in zip(parts[1::2], parts[2::2], strict=True):
        fields[name] = fields.get(name, "") + text
    joined = "".join(fields.get(f"{place:02d}", "") for place in (*range(20, 30), *range(60, 64)))
    marks = _MARKED.split(joined)
    told = {name: text.strip() for name, text in zip(marks[1::2], marks[2::2], strict=True)}
    return {
        "text": told.get("SVWZ") or marks[0].strip(),
        "posting": fields.get("00", ""),
        "end_to_end": told.get("EREF", ""),
        "mandate": told.get("MREF", ""),
        "name": " ".join(f"{fields.get('32', '')}{fields.get('33', '')}".split()),
        "iban": fields.get("31", ""),
        "bic": fields.get("30", ""),
    }


def _reference(text: object) -> str:
    plain = str(text or "").strip()
    return "" if plain.upper() in NOT_A_REFERENCE else plain


def _day(day: Any) -> date:
    """The library has dates of its own kind."""
    return date(day.year, day.month, day.day)
