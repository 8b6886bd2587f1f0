"""CFONB 120: the statement of French banks, in records of 120 characters.

01 is the old balance, 04 a movement, 05 what completes it, 07 the new balance. Positions are counted from 1, as in the
brochure. The entry number and the reference of a record are no identity: some banks count them anew in each file.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from bank.readers.ibans import french_iban, read_iban
from bank.readers.kinds import by_cfonb_code
from bank.readers.refusing import FileRefused
from bank.readers.shape import Line, Party, Statement
from bank.readers.texts import decoded
from bank.words import Format
from core.money import Money

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bank.readers.bounds import Budget

_LENGTH: Final = 120
_SHORTEST: Final = 104
"""Some programs cut the spaces at the end of a record; the amount ends here."""
_SIGNS: Final = {sign: (str(place % 10), place < 10) for place, sign in enumerate("{ABCDEFGHI}JKLMNOPQR")}  # noqa: PLR2004 - ten digits, twice
_WIDTH: Final = 70
_TEXTS: Final = ("LIB", "LCC", "LC2", "LCS")
_NO_CODE: Final = {"", "00"}


class Record:
    """One record and where it stands."""

    def __init__(self, text: str, place: int) -> None:
        self.text, self.place = text.ljust(_LENGTH), place

    def at(self, first: int, last: int) -> str:
        """The characters of two positions, both included."""
        return self.text[first - 1 : last].strip()

    @property
    def code(self) -> str:
        return self.at(1, 2)

    @property
    def account(self) -> str:
        bank, branch, account = self.at(3, 7), self.at(12, 16), self.at(22, 32)
        return french_iban(bank, branch, account) or f"{bank}{branch}{account}"

    def day(self, first: int) -> date | None:
        """DDMMYY."""
        text = self.at(first, first + 5)
        if not text or not int(text if text.isdecimal() and text.isascii() else "0"):
            return None
        try:
            return date(2000 + int(text[4:6]), int(text[2:4]), int(text[:2]))
        except ValueError:
            raise FileRefused(_("“%(text)s” is not a date.") % {"text": text}, line=self.place) from None

    def amount(self) -> Money:
        """Thirteen digits and one that carries the sign; the number of decimals is told, or is two."""
        text, decimals = self.at(91, 104), self.at(20, 20) or "2"
        digit, positive = _SIGNS.get(text[-1:], ("", True))
        figures = text[:-1] + digit
        if not (digit and decimals.isdecimal() and figures.isdecimal() and f"{figures}{decimals}".isascii()):
            reason = _("“%(text)s” is not an amount of euros and cents.") % {"text": text}
            raise FileRefused(reason, line=self.place)
        cents, rest = divmod(int(figures) * 100, 10 ** int(decimals))
        if rest:
            reason = _("“%(text)s” is not an amount of euros and cents.") % {"text": text}
            raise FileRefused(reason, line=self.place)
        return Money(cents if positive else -cents)


def read(content: bytes, *, budget: Budget) -> list[Statement]:
    """Each statement of the file. Raises FileRefused."""
    found: list[Statement] = []
    opening: Record | None = None
    moves: list[tuple[Record, list[Record]]] = []
    for record in _records(decoded(content)):
        budget.look_at_the_clock()
        if record.code == "01" and opening is None:
            opening, moves = record, []
        elif opening is None or record.account != opening.account:
            raise FileRefused(_("The record does not belong to the statement around it."), line=record.place)
        elif record.code == "04":
            budget.spend_line()
            moves.append((record, []))
        elif record.code == "05" and moves:
            moves[-1][1].append(record)
        elif record.code == "07":
            found.append(_statement(opening, moves, record))
            opening = None
        else:
            raise FileRefused(_("The record does not belong to the statement around it."), line=record.place)
    if opening is not None:
        raise FileRefused(_("The closing balance is missing, so the statement cannot be checked."))
    return found


def _records(text: str) -> Iterator[Record]:
    lines = text.splitlines()
    if len(lines) == 1 and len(lines[0]) > _LENGTH:
        lines = [text[start : start + _LENGTH] for start in range(0, len(text), _LENGTH)]
    for place, line in enumerate(lines, 1):
        if not line.strip("\x1a "):
            continue
        length = len(line.rstrip())
        if length > _LENGTH or (length < _SHORTEST and line[:2] != "05"):
            raise FileRefused(_("A record has %(length)d characters, not 120.") % {"length": len(line)}, line=place)
        yield Record(line, place)


def _statement(opening: Record, moves: list[tuple[Record, list[Record]]], closing: Record) -> Statement:
    lines = tuple(_line(move, more) for move, more in moves)
    return Statement(
        format=Format.CFONB_120,
        account=opening.account,
        currency=opening.at(17, 19) or "EUR",
        first_on=opening.day(35),
        last_on=closing.day(35),
        opening=opening.amount(),
        closing=closing.amount(),
        lines=tuple(line for line in lines if line.amount),
        left_out=sum(not line.amount for line in lines),
    )


def _line(move: Record, more: list[Record]) -> Line:
    told = _told(more)
    amount, label = move.amount(), move.at(49, 79)
    booked_on = move.day(35)
    if booked_on is None:
        raise FileRefused(_("The entry has no date."), line=move.place)
    code, reject = move.at(33, 34), move.at(41, 42)
    reject = "" if reject in _NO_CODE else reject
    reference = move.at(105, 120)
    texts = [label, *(told[name] for name in _TEXTS if name in told)]
    text = " ".join(" ".join(texts).split())
    incoming = amount.cents > 0
    names = ("NPY", "NBE") if incoming or reject else ("NBE", "NPY")
    return Line(
        place=move.place,
        booked_on=booked_on,
        value_on=move.day(43),
        amount=amount,
        kind=by_cfonb_code(code, text, incoming=incoming, rejected=bool(reject)),
        end_to_end=told.get("RCN", "")[:35].strip(),
        mandate_ref=told.get("RUM", "")[:35].strip(),
        text=text if not reference.strip("0") or reference in text else f"{text} {reference}",
        party=Party(name=next((told[name] for name in names if name in told), ""), iban=_iban(told)),
        operation_code=code,
        return_code=reject,
        raw={name: text for name, text in {"entry": move.at(82, 88), "reference": reference}.items() if text},
    )


def _told(more: list[Record]) -> dict[str, str]:
    """What completes a movement, by its qualifier. A text that fills its record goes on without a space."""
    told: dict[str, str] = {}
    for record in more:
        name, text = record.at(46, 48), record.text[48:118]
        before = told.get(name, "")
        told[name] = before + text if before and len(before) % _WIDTH == 0 and before[-1] != " " else f"{before} {text}"
        told[name] = told[name].strip()
    return told


def _iban(told: dict[str, str]) -> str:
    return next((iban for name in ("IPY", "IBE", "CPY", "CBE") if (iban := read_iban(told.get(name, "")[:34]))), "")
