"""OFX 1 (SGML, whose simple tags are not closed) and OFX 2 (XML), by one reader of tags.

Only the two are told apart that matter: a tag with a value, and a tag that holds others and is closed. An opening
balance does not exist in OFX, so the closing one is kept for people and checks nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from html import unescape
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from bank.readers.camt_entries import NOT_A_REFERENCE
from bank.readers.ibans import french_iban, read_iban
from bank.readers.kinds import by_words
from bank.readers.numbers import NotANumber, decimal_sign, read_amount
from bank.readers.refusing import FileRefused
from bank.readers.shape import Line, Party, Statement
from bank.readers.texts import decoded
from bank.words import Format, LineKind

if TYPE_CHECKING:
    from bank.readers.bounds import Budget
    from core.money import Money

_TAG: Final = re.compile(r"<(/?)([A-Za-z0-9._]{1,32})>([^<]*)")
_CHARSET: Final = re.compile(rb"^\s*CHARSET\s*:\s*([\w-]+)", re.MULTILINE | re.IGNORECASE)
_UTF_8: Final = re.compile(rb"^\s*ENCODING\s*:\s*UTF-?8", re.MULTILINE | re.IGNORECASE)
_XML: Final = re.compile(rb"<\?xml[^>]*encoding=[\"']([\w.-]+)")
_KINDS: Final = {"FEE": LineKind.FEE, "SRVCHG": LineKind.FEE}
_NAMED: Final = {"LEDGERBAL", "AVAILBAL", "BANKACCTFROM", "CCACCTFROM", "BANKACCTTO", "PAYEE"}
_STATEMENTS: Final = {"STMTRS", "CCSTMTRS"}


@dataclass(slots=True)
class Group:
    """One statement while it is read: the values in it, whatever the depth, and its movements."""

    values: dict[str, str] = field(default_factory=dict)
    moves: list[dict[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Reading:
    """How far the tags were read."""

    budget: Budget
    groups: list[Group] = field(default_factory=list)
    group: Group | None = None
    move: dict[str, str] | None = None
    above: str = ""
    """The last tag that holds others: BALAMT says which balance by it."""
    ended: bool = False

    def open(self, tag: str) -> None:
        if tag in _STATEMENTS:
            self.group = Group()
        elif tag == "STMTTRN":
            self.budget.spend_line()
            self.move = {}
        self.above = tag

    def keep(self, tag: str, value: str) -> None:
        """A value of the movement, or of the statement around it."""
        name = f"{self.above}.{tag}" if self.above in _NAMED else tag
        if self.move is not None:
            self.move.setdefault(name, value)
        elif self.group is not None:
            self.group.values.setdefault(name, value)

    def close(self, tag: str) -> None:
        if tag == "STMTTRN" and self.group is not None and self.move is not None:
            self.group.moves.append(self.move)
            self.move = None
        elif tag in _STATEMENTS and self.group is not None:
            self.groups.append(self.group)
            self.group = None
        self.ended = self.ended or tag == "OFX"
        if tag == self.above:
            self.above = ""


def read(content: bytes, *, budget: Budget) -> list[Statement]:
    """Each statement of the file. Raises FileRefused."""
    text = decoded(content, encoding=_encoding(content[:1024]))
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise FileRefused(_("It has a document type or entities. Statements of banks have none."))
    reading = Reading(budget)
    for closing, name, told in _TAG.findall(text):
        budget.look_at_the_clock()
        tag, value = name.upper(), " ".join(unescape(told).split())
        if closing:
            reading.close(tag)
        elif value:
            reading.keep(tag, value)
        else:
            reading.open(tag)
    if not reading.ended or reading.move is not None or reading.group is not None:
        raise FileRefused(_("The file is cut short: its end is missing."))
    if not reading.groups:
        raise FileRefused(_("There is no statement in this file."))
    return [_statement(group) for group in reading.groups]


def _encoding(head: bytes) -> str:
    """What the head announces; Windows letters where it says only that the text is of one byte a letter."""
    if _UTF_8.search(head):
        return "utf-8"
    if xml := _XML.search(head):
        return xml[1].decode("ascii", "replace")
    charset = _CHARSET.search(head)
    named = charset[1].decode("ascii").lower() if charset else ""
    return {"1252": "cp1252", "8859-1": "latin-1", "iso-8859-1": "latin-1"}.get(named, "")


def _statement(group: Group) -> Statement:
    values = group.values
    decimal = decimal_sign(each for move in group.moves for each in (move.get("TRNAMT", ""),))
    lines = [_line(move, place, decimal) for place, move in enumerate(group.moves, 1)]
    days = [line.booked_on for line in lines]
    closing = values.get("LEDGERBAL.BALAMT")
    return Statement(
        format=Format.OFX,
        account=_account(values),
        currency=values.get("CURDEF", "EUR").upper() or "EUR",
        first_on=min([*days, *_days(values, "DTSTART")], default=None),
        last_on=max(days or _days(values, "DTEND"), default=None),
        closing=_amount(closing, decimal or decimal_sign([closing]), 0) if closing else None,
        lines=tuple(line for line in lines if line.amount),
        left_out=sum(not line.amount for line in lines),
    )


def _account(values: dict[str, str]) -> str:
    told = values.get("BANKACCTFROM.ACCTID") or values.get("CCACCTFROM.ACCTID", "")
    bank, branch = values.get("BANKACCTFROM.BANKID", ""), values.get("BANKACCTFROM.BRANCHID", "")
    return read_iban(told) or french_iban(bank, branch, told) or told


def _line(move: dict[str, str], place: int, decimal: str) -> Line:
    amount = _amount(move.get("TRNAMT", ""), decimal, place)
    booked_on = next(iter(_days(move, "DTPOSTED", place)), None)
    if booked_on is None:
        raise FileRefused(_("The entry has no date."), entry=place)
    texts = [move.get("NAME") or move.get("PAYEE.NAME", ""), move.get("MEMO", "")]
    text = " ".join(dict.fromkeys(each for each in texts if each))
    incoming = amount.cents > 0
    reference = move.get("FITID", "")
    return Line(
        place=place,
        booked_on=booked_on,
        value_on=next(iter(_days(move, "DTAVAIL", place)), None),
        amount=amount,
        kind=_KINDS.get(move.get("TRNTYPE", "").upper()) or by_words(text, incoming=incoming),
        bank_reference="" if reference.upper() in NOT_A_REFERENCE else reference,
        end_to_end=move.get("REFNUM", ""),
        text=text,
        party=Party(name=texts[0], iban=read_iban(move.get("BANKACCTTO.ACCTID", ""))),
        operation_code=move.get("TRNTYPE", ""),
        raw={"check": move["CHECKNUM"]} if move.get("CHECKNUM") else {},
    )


def _amount(text: str, decimal: str, place: int) -> Money:
    try:
        return read_amount(text, decimal)
    except NotANumber:
        reason = _("“%(text)s” is not an amount of euros and cents.") % {"text": text[:40]}
        raise FileRefused(reason, entry=place) from None


def _days(values: dict[str, str], name: str, place: int = 0) -> list[date]:
    """YYYYMMDD, with or without an hour after it; nothing where the tag is not there."""
    text = values.get(name, "")
    if not text:
        return []
    try:
        return [date(int(text[:4]), int(text[4:6]), int(text[6:8]))]
    except ValueError:
        raise FileRefused(_("“%(text)s” is not a date.") % {"text": text[:40]}, entry=place) from None
