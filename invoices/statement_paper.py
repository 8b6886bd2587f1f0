"""What is written on an account statement: every movement of a period, month by month, and the balances around them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.clock import local_date
from core.formats import day_text, money_text, month_text
from invoices.paper import Letterhead, Reference, identity, letterhead
from invoices.wording import bare_money, period_text
from ledger import presenting

if TYPE_CHECKING:
    from datetime import datetime

    from core.money import Money
    from invoices.parties import Buyer, Seller
    from invoices.selectors.statements import AccountStatement, StatementLine


@dataclass(frozen=True, slots=True)
class PaperMovement:
    """One row; amounts without €, the head of the table has it."""

    day: str
    label: str
    detail: str
    debit: str
    credit: str
    balance: str


@dataclass(frozen=True, slots=True)
class PaperMonth:
    """The movements of one month."""

    name: str
    movements: list[PaperMovement]


@dataclass(frozen=True, slots=True)
class StatementPaper:
    """An account statement, in words."""

    head: Letterhead
    period: str
    first_day: str
    last_day: str
    references: list[list[Reference]]
    months: list[PaperMonth]
    opening: str
    credits: str
    debits: str
    closing: str


def statement_paper(statement: AccountStatement, seller: Seller, buyer: Buyer, *, at: datetime) -> StatementPaper:
    """The words of a statement made at that moment, in the language that is active."""
    number = buyer.reference.shown
    first, last = day_text(statement.start), day_text(statement.end)
    references = [
        Reference(_("Made on"), day_text(local_date(at))),
        Reference(_("Customer"), number),
        Reference(_("Balance before"), money_text(statement.opening)),
        identity(buyer) or Reference("", ""),
    ]
    return StatementPaper(
        head=letterhead(_("Account statement %(number)s") % {"number": number}, number, seller, buyer, at),
        period=period_text(statement.start, statement.end),
        first_day=first,
        last_day=last,
        references=[references],
        months=[
            PaperMonth(f"{month_text(month)} {year}".capitalize(), [_movement(line) for line in lines])
            for (year, month), lines in groupby(statement.lines, key=_month_of)
        ],
        opening=money_text(statement.opening),
        credits=money_text(statement.credits, signed=True),
        debits=money_text(-statement.debits),
        closing=money_text(statement.closing),
    )


def _month_of(line: StatementLine) -> tuple[int, int]:
    return line.movement.date.year, line.movement.date.month


def _movement(line: StatementLine) -> PaperMovement:
    shown = presenting.line(line.movement)
    return PaperMovement(
        day=day_text(line.movement.date, short=True, year=False),
        label=shown.title,
        detail=shown.detail,
        debit=_bare(line.movement.debit),
        credit=_bare(line.movement.credit),
        balance=bare_money(line.balance),
    )


def _bare(amount: Money | None) -> str:
    return bare_money(amount) if amount is not None else ""
