"""The account of a customer over a period: what it held before, every movement in order of date, what it held after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext

from core.money import ZERO, Money
from ledger import selectors as ledger

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from accounts.models import Customer
    from ledger.selectors import Movement

MOVEMENTS_AT_MOST: Final = 500
"""What one statement prints: some seconds of work. The list of transactions has them all as a spreadsheet."""


class TooManyMovements(ValueError):
    """The period has more movements than one statement prints; the message says what to do."""


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One movement, and the balance after it in the order of the statement."""

    movement: Movement
    balance: Money


@dataclass(frozen=True, slots=True)
class AccountStatement:
    """opening + credits − debits = closing, to the cent. Amounts are in the customer's sense."""

    start: date
    end: date
    opening: Money
    lines: list[StatementLine]
    debits: Money
    credits: Money
    closing: Money


def account_statement(customer: Customer, start: date, end: date) -> AccountStatement:
    """The movements dated from `start` to `end`, both included, with the balances around them.

    Everything is counted back from the newest movement known when it begins: what is posted meanwhile does not mix in.
    A movement counts on its own date, whenever it was written. Raises TooManyMovements.
    """
    newest = next(iter(ledger.statement_page(customer.pk, size=1).rows), None)
    if newest is None:
        return summed([], start, end, now=ZERO)
    return summed(_since(customer, start, newest), start, end, now=newest.balance_after)


def summed(movements: Iterable[Movement], start: date, end: date, *, now: Money) -> AccountStatement:
    """The statement of a period from all movements since its first day, in any order, and the balance after them all.

    Raises TooManyMovements.
    """
    found: list[Movement] = []
    opening = now
    for movement in movements:
        if movement.date >= start:
            opening -= _net(movement)
        if start <= movement.date <= end:
            found.append(movement)
        if len(found) > MOVEMENTS_AT_MOST:
            words = gettext("A statement has %(most)s movements at most. Choose a shorter period.")
            raise TooManyMovements(words % {"most": MOVEMENTS_AT_MOST})
    lines, balance = [], opening
    for movement in sorted(found, key=lambda each: (each.date, each.version)):
        balance += _net(movement)
        lines.append(StatementLine(movement, balance))
    return AccountStatement(
        start=start,
        end=end,
        opening=opening,
        lines=lines,
        debits=sum((movement.debit for movement in found if movement.debit), ZERO),
        credits=sum((movement.credit for movement in found if movement.credit), ZERO),
        closing=balance,
    )


def _since(customer: Customer, start: date, newest: Movement) -> Iterator[Movement]:
    """The movements of that year and later, up to the newest, in no order."""
    for year in ledger.statement_years(customer.pk):
        if year >= start.year:
            query = ledger.StatementQuery(year=year, before=newest.version + 1)
            yield from ledger.iter_statement(customer.pk, query)


def _net(movement: Movement) -> Money:
    return (movement.credit or ZERO) - (movement.debit or ZERO)
