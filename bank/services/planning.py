"""What an import would do, without doing it: the preview, and the first half of the import itself."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from bank.identity import identities
from bank.models import BankLine, LineWork, Statement, StatementFile
from bank.readers import FileRefused
from bank.services.owning import account_of, own_accounts
from bank.words import LineState
from core.clock import local_date
from core.formats import day_text, money_text
from core.money import ZERO

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from bank import readers
    from bank.models import BankAccount
    from bank.readers import Line
    from core.money import Money

_EARLIEST: Final = date(2000, 1, 1)
_BOOKED_AHEAD: Final = timedelta(days=5)
_CURRENCY: Final = "EUR"


class NotWhole(FileRefused):
    """Opening + movements are not the closing balance: the one refusal that two people may set aside."""


class Chain(StrEnum):
    """How a statement stands to the one before it of its account."""

    FIRST = "FIRST"
    FOLLOWS = "FOLLOWS"
    OVERLAPS = "OVERLAPS"
    GAP = "GAP"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Before:
    """The end of the statement before."""

    last_on: date
    closing: Money


@dataclass(frozen=True, slots=True)
class Planned:
    """One statement, and what is new in it."""

    account: BankAccount
    statement: readers.Statement
    chain: Chain
    before: Before | None
    new: tuple[tuple[Line, str], ...]
    """Each new line with its identity."""

    @property
    def known(self) -> int:
        return len(self.statement.lines) - len(self.new)

    @property
    def new_lines(self) -> list[Line]:
        return [line for line, _identity in self.new]

    @property
    def has_balances(self) -> bool:
        return self.statement.gap is not None

    @property
    def gap(self) -> Money:
        """Opening + movements − closing: zero, unless it is to be imported anyway."""
        return self.statement.gap or ZERO

    @property
    def missing(self) -> Money | None:
        """What moved between the two statements, where there is a gap."""
        if self.chain != Chain.GAP or self.before is None or self.statement.opening is None:
            return None
        return self.statement.opening - self.before.closing


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file holds, and what of it is new. `imported` is the file as it was imported: now, or earlier."""

    name: str
    sha256: str
    statements: tuple[Planned, ...]
    imported: StatementFile | None = None
    already: bool = False
    foreseen: Mapping[LineState, int] = field(default_factory=dict)
    """Where the work on the new lines would stand after the import: only in a rehearsal."""

    @property
    def format(self) -> str:
        return ",".join(sorted({str(each.statement.format) for each in self.statements}))

    @property
    def lines(self) -> int:
        return sum(len(each.statement.lines) for each in self.statements)

    @property
    def new(self) -> int:
        return sum(len(each.new) for each in self.statements)

    @property
    def known(self) -> int:
        return self.lines - self.new

    @property
    def posted(self) -> int:
        """How many new lines were posted by themselves, or would be. One query."""
        return work_by_state(self)[LineState.POSTED]

    def count(self, state: LineState) -> int:
        """How many new lines would stand there."""
        return self.foreseen.get(state, 0)


def plan(
    name: str, sha256: str, read: Sequence[readers.Statement], *, account: str, at: datetime, anyway: bool = False
) -> Preview:
    """What an import of these statements would do now. Raises FileRefused when one of them may not be imported.

    `anyway`, and in a file that was imported already, one that does not add up is no reason to refuse.
    """
    earlier = StatementFile.objects.filter(sha256=sha256).first()
    accounts = own_accounts()
    seen: dict[str, set[str]] = {}
    ends: dict[str, Before] = {}
    planned = []
    for statement in read:
        try:
            own = account_of(statement, accounts, account)
            check(statement, at=at, anyway=anyway or earlier is not None)
        except FileRefused as refusal:
            raise refusal.of(statement.file) from None
        known = seen.setdefault(own.iban, set())
        each = _planned(own, statement, known, ends.get(own.iban))
        known.update(identity for _line, identity in each.new)
        if statement.closing is not None and statement.last_on is not None:
            ends[own.iban] = Before(statement.last_on, statement.closing)
        planned.append(each)
    return Preview(name, sha256, tuple(planned), imported=earlier, already=earlier is not None)


def check(statement: readers.Statement, *, at: datetime, anyway: bool = False) -> None:
    """What no statement of ours may be: in another currency, not adding up, from another time. Raises FileRefused.

    Only one that does not add up is taken `anyway`; NotWhole is raised of it otherwise.
    """
    if statement.currency != _CURRENCY:
        raise FileRefused(
            _("It is in %(currency)s. The portal keeps euros only.") % {"currency": statement.currency},
            advice=_("Nothing was imported."),
        )
    if statement.gap and not anyway:
        raise NotWhole(_not_whole(statement))
    latest = local_date(at) + _BOOKED_AHEAD
    for line in statement.lines:
        if not _EARLIEST <= line.booked_on <= latest:
            raise FileRefused(
                _("The date %(day)s cannot be right.") % {"day": line.booked_on.isoformat()}, entry=line.place
            )


def _not_whole(statement: readers.Statement) -> str:
    opening, closing, gap = statement.opening, statement.closing, statement.gap
    assert opening is not None and closing is not None and gap is not None  # noqa: S101, PT018 - `gap` was just looked at
    return _(
        "It does not add up: opening %(opening)s and movements %(movements)s make %(sum)s, not the closing balance "
        "%(closing)s (difference %(gap)s)."
    ) % {
        "opening": money_text(opening),
        "movements": money_text(statement.movements),
        "sum": money_text(opening + statement.movements),
        "closing": money_text(closing),
        "gap": money_text(gap),
    }


def _planned(own: BankAccount, statement: readers.Statement, seen: set[str], end: Before | None) -> Planned:
    marked = list(zip(statement.lines, identities(statement.lines), strict=True))
    known = seen | _known(own, marked)
    before = end or _before(own, statement)
    new = tuple((line, identity) for line, identity in marked if identity not in known)
    return Planned(own, statement, _chain(statement, before), before, new)


def _known(own: BankAccount, marked: Sequence[tuple[Line, str]]) -> set[str]:
    """The identities that are known already. One query.

    A booking is known too when it was told in other parts: a batch as one sum in the statement, and line by line in
    the notification. It has then one reference, one day, and one total.
    """
    if own.pk is None or not marked:
        return set()
    days = [line.booked_on for line, _identity in marked]
    told = BankLine.objects.filter(account=own, booked_on__range=(min(days), max(days)))
    rows = list(told.values_list("identity", "bank_reference", "booked_on", "amount_cents"))
    known = {row[0] for row in rows}
    before = _totals((reference, day, cents) for _identity, reference, day, cents in rows)
    now = _totals((line.bank_reference, line.booked_on, line.amount.cents) for line, _identity in marked)
    whole = {booking for booking, cents in now.items() if before.get(booking) == cents}
    return known | {identity for line, identity in marked if (line.bank_reference, line.booked_on) in whole}


def _totals(rows: Iterable[tuple[str, date, int]]) -> dict[tuple[str, date], int]:
    """The sum of each booking that has a reference."""
    sums: dict[tuple[str, date], int] = {}
    for reference, day, cents in rows:
        if reference:
            sums[reference, day] = sums.get((reference, day), 0) + cents
    return sums


def _before(own: BankAccount, statement: readers.Statement) -> Before | None:
    """The last statement with balances that does not end after this one."""
    if own.pk is None or statement.last_on is None:
        return None
    rows = Statement.objects.filter(account=own, closing_cents__isnull=False, last_on__lte=statement.last_on)
    last = rows.order_by("-last_on", "-pk").first()
    if last is None or last.last_on is None or last.closing is None:
        return None
    return Before(last.last_on, last.closing)


def _chain(statement: readers.Statement, before: Before | None) -> Chain:
    if statement.opening is None or statement.first_on is None:
        return Chain.UNKNOWN
    if before is None:
        return Chain.FIRST
    if statement.opening == before.closing and statement.first_on >= before.last_on:
        return Chain.FOLLOWS
    return Chain.OVERLAPS if statement.first_on <= before.last_on else Chain.GAP


def chain_words(planned: Planned) -> str:
    """The chain, for people."""
    before = planned.before
    if planned.chain == Chain.UNKNOWN:
        return _("It has no balances: nothing says whether one is missing before it.")
    if before is None:
        return _("It is the first one of this account.")
    values = {"day": day_text(before.last_on), "balance": money_text(before.closing)}
    if planned.chain == Chain.FOLLOWS:
        return _("It follows the one that ends on %(day)s with %(balance)s.") % values
    if planned.chain == Chain.OVERLAPS:
        said = _("It overlaps with the one that ends on %(day)s with %(balance)s: what is known is not imported again.")
        return said % values
    missing = planned.missing
    values["missing"] = money_text(missing) if missing is not None else ""
    said = _("A statement is missing: the last one ends on %(day)s with %(balance)s; %(missing)s moved since.")
    return said % values


def summary(planned: Planned) -> str:
    """One statement in a line: account, period, balances, chain, what is new."""
    told = planned.statement
    period = " – ".join(day.isoformat() for day in (told.first_on, told.last_on) if day is not None)
    balances = ""
    if told.opening is not None and told.closing is not None:
        ends = [money_text(each) for each in (told.opening, told.movements, told.closing)]
        balances = "{} + {} = {}; ".format(*ends)
    if planned.gap:
        balances += _("it does not add up, difference %(gap)s; ") % {"gap": money_text(planned.gap)}
    counted = _("%(new)d new lines, %(known)d known.") % {"new": len(planned.new), "known": planned.known}
    return f"{planned.account}, {period}: {balances}{counted} {chain_words(planned)}"


def work_by_state(preview: Preview) -> dict[LineState, int]:
    """How many of the new lines stand where: as they are after the import, or as they would."""
    if preview.imported is None or preview.already:
        return {state: preview.count(state) for state in LineState}
    states = Counter(LineWork.objects.filter(line__statement__file=preview.imported).values_list("state", flat=True))
    return {state: states[state] for state in LineState}
