"""The strict check of a file in FEC layout, line by line as it is written.

Stricter than the administration's own tool, which sees neither an entry that does not balance, nor a gap in the
numbers, nor a day that does not exist.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from ledger.fec.layout import COLUMNS, FORBIDDEN, JOURNALS, LABEL_LENGTH, NOTHING, SEPARATOR

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FAULTS_SHOWN: Final = 20
_MAY_BE_BLANK = frozenset({"CompAuxNum", "CompAuxLib", "EcritureLet", "DateLet", "Montantdevise", "Idevise"})
_REQUIRED = tuple(place for place, name in enumerate(COLUMNS) if name not in _MAY_BE_BLANK)
_AMOUNT = re.compile(r"(?:0|[1-9][0-9]*),[0-9]{2}")
_ACCOUNT = re.compile(r"[1-8][0-9]{2}[0-9A-Z]*")
_NUMBER = re.compile(r"[1-9][0-9]*")
_DAY = re.compile(r"[0-9]{8}")


class FecRefused(ValueError):
    """The file is not consistent, so it was not written. `faults` says what is wrong, the first ones."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


@dataclass(frozen=True, slots=True)
class Expectations:
    """What the file must agree with: its days, the chart, and when each closed month was closed (`202611`)."""

    start: date
    end: date
    accounts: Mapping[str, str]
    closed: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Entry:
    """The entry being read."""

    number: str = "0"
    head: tuple[str, ...] = ()
    lines: int = 0
    balance: int = 0


class Checker:
    """Reads a file line by line; `finish` raises FecRefused if anything was wrong. Memory does not grow with lines.

    After FAULTS_SHOWN faults it stops at once.
    """

    def __init__(self, expected: Expectations) -> None:
        self.lines = self.entries = self.debit_cents = self.credit_cents = 0
        self._expected = expected
        self._first, self._last = expected.start.strftime("%Y%m%d"), expected.end.strftime("%Y%m%d")
        self._faults: list[str] = []
        self._entry = _Entry()
        self._opened = True  # only opening balances were read so far
        self._validated = ""
        self._journals: dict[str, int] = defaultdict(int)
        self._letters: dict[tuple[str, str, str], int] = {}

    def header(self, line: str) -> None:
        """The first line: the names of the columns, exactly."""
        if tuple(line.split(SEPARATOR)) != COLUMNS:
            self._fault(_("the first line is not the names of the 18 columns"))

    def line(self, line: str) -> None:
        """One line, without its end."""
        self.lines += 1
        fields = line.split(SEPARATOR)
        if len(fields) != len(COLUMNS):
            return self._fault(_("%(count)s columns instead of 18") % {"count": len(fields)})
        if found := FORBIDDEN.search(line):
            self._fault(_("a character that may not stand there: %(char)s") % {"char": ascii(found.group())})
        for place in _REQUIRED:
            if not fields[place]:
                self._fault(_("%(column)s is empty") % {"column": COLUMNS[place]})
        if fields[2] != self._entry.number:
            self._next_entry(fields)
        self._same_entry(fields)
        self._account(fields)
        self._amounts(fields)
        return None

    def finish(self) -> None:
        """Everything is read: what must hold of the whole. Raises FecRefused."""
        self._close_entry()
        for code, balance in sorted(self._journals.items()):
            if balance:
                self._fault(
                    _("journal %(code)s does not balance: %(cents)s cents too many debits")
                    % {"code": code, "cents": balance}
                )
        for (account, auxiliary, code), cents in sorted(self._letters.items())[:FAULTS_SHOWN]:
            self._fault(
                _("what is lettered %(code)s on %(account)s %(auxiliary)s does not sum to zero: %(cents)s cents left")
                % {"code": code, "account": account, "auxiliary": auxiliary, "cents": cents}
            )
        if self._faults:
            raise FecRefused(self._faults)

    def fault(self, text: str) -> None:
        """Something that only the writer can see."""
        self._fault(text)

    # --- Entries -----------------------------------------------------------------------------------------------------
    def _next_entry(self, fields: list[str]) -> None:
        self._close_entry()
        number, expected = fields[2], str(int(self._entry.number) + 1)
        if number != expected:
            self._fault(
                _("EcritureNum %(number)s follows %(last)s: the numbers have no gap and no repeat")
                % {"number": number, "last": self._entry.number}
            )
        self._entry = _Entry(number if _NUMBER.fullmatch(number) else expected, _head(fields))
        self.entries += 1
        self._journal(fields[0], fields[1])
        self._days(fields)

    def _close_entry(self) -> None:
        entry = self._entry
        if entry.balance:
            self._fault(_("the entry does not balance: %(cents)s cents too many debits") % {"cents": entry.balance})
        if entry.lines == 1:
            self._fault(_("the entry has one line only"))

    def _journal(self, code: str, label: str) -> None:
        if JOURNALS.get(code) != label:
            self._fault(_("no journal is called %(code)s %(label)s") % {"code": code, "label": label})
        if code != "AN":
            self._opened = False
        elif not self._opened:
            self._fault(_("an opening balance comes after other entries"))

    def _days(self, fields: list[str]) -> None:
        day, valid = fields[3], fields[15]
        for name, value in (("EcritureDate", day), ("ValidDate", valid)):
            if not _is_day(value):
                self._fault(_("%(column)s is no day: %(value)s") % {"column": name, "value": value})
        if not self._first <= day <= self._last:
            self._fault(_("EcritureDate %(day)s is outside the exercise") % {"day": day})
        if valid < day:
            self._fault(_("ValidDate %(valid)s comes before EcritureDate %(day)s") % {"valid": valid, "day": day})
        if fields[0] != "AN":
            if valid < self._validated:
                self._fault(_("ValidDate %(valid)s comes after %(last)s") % {"valid": valid, "last": self._validated})
            self._validated = valid
        closed = self._expected.closed.get(day[:6])
        if closed and valid > closed:
            self._fault(
                _("the entry takes effect in a month that was closed on %(closed)s, before it was recorded")
                % {"closed": closed}
            )

    def _same_entry(self, fields: list[str]) -> None:
        self._entry.lines += 1
        if _head(fields) != self._entry.head:
            self._fault(_("the lines of one entry have not the same journal, EcritureDate and ValidDate"))
        if not _is_day(fields[9]):
            self._fault(_("%(column)s is no day: %(value)s") % {"column": "PieceDate", "value": fields[9]})
        if len(fields[10]) > LABEL_LENGTH:
            self._fault(_("EcritureLib is longer than %(most)s characters") % {"most": LABEL_LENGTH})

    # --- Lines -------------------------------------------------------------------------------------------------------
    def _account(self, fields: list[str]) -> None:
        account, name = fields[4], fields[5]
        if not _ACCOUNT.fullmatch(account):
            self._fault(_("CompteNum %(account)s does not start with three digits of the chart") % {"account": account})
        known = self._expected.accounts.get(account)
        if known is None:
            self._fault(_("account %(account)s is not in the chart") % {"account": account})
        elif known != name:
            self._fault(_("account %(account)s has two names: %(name)s") % {"account": account, "name": name})
        if bool(fields[6]) != bool(fields[7]):
            self._fault(_("CompAuxNum and CompAuxLib stand together or not at all"))
        if fields[16] or fields[17]:
            self._fault(_("an amount in another currency: all is in euros"))

    def _amounts(self, fields: list[str]) -> None:
        debit, credit = fields[11], fields[12]
        gone, come = _cents(debit), _cents(credit)
        if gone < 0 or come < 0:
            return self._fault(
                _("an amount is not written as 1234,05: %(debit)s, %(credit)s") % {"debit": debit, "credit": credit}
            )
        if bool(gone) is bool(come):
            self._fault(_("a line has a debit or a credit, not both and not none"))
        cents = gone - come
        self.debit_cents += gone
        self.credit_cents += come
        self._entry.balance += cents
        self._journals[fields[0]] += cents
        if fields[13] or fields[14]:
            self._letter(fields, cents)
        return None

    def _letter(self, fields: list[str], cents: int) -> None:
        code, lettered_on = fields[13], fields[14]
        if not (code and _is_day(lettered_on)):
            return self._fault(_("EcritureLet and DateLet stand together or not at all"))
        key = (fields[4], fields[6], code)
        left = self._letters.pop(key, 0) + cents
        if left:
            self._letters[key] = left
        return None

    def _fault(self, text: str) -> None:
        where = _("line %(line)s, entry %(entry)s") % {"line": self.lines + 1, "entry": self._entry.number}
        self._faults.append(f"{where}: {text}")
        if len(self._faults) >= FAULTS_SHOWN:
            raise FecRefused(self._faults)


def _head(fields: list[str]) -> tuple[str, ...]:
    return (fields[0], fields[1], fields[3], fields[15])


def _cents(figures: str) -> int:
    """The amount; −1 when it is not written as it must be."""
    if figures == NOTHING:
        return 0
    return int(figures.replace(",", "")) if _AMOUNT.fullmatch(figures) else -1


@lru_cache(maxsize=4096)
def _is_day(value: str) -> bool:
    """Whether this is a day of the calendar, as AAAAMMJJ."""
    if not _DAY.fullmatch(value):
        return False
    try:
        date(int(value[:4]), int(value[4:6]), int(value[6:]))
    except ValueError:
        return False
    return True
