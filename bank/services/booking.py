"""The postings of bank lines: each line touches 512 once, directly or through the suspense account 471000."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils import translation
from django.utils.translation import gettext

from bank.models import Share
from core.money import Money
from ledger import selectors as books
from ledger import services as ledger

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from bank.models import BankLine, Decision, LineWork

SUSPENSE: Final = "471000"
_LABEL_LENGTH: Final = 200


def clearing_account_of(work: LineWork) -> str:
    """Where the money of a line is taken from: its bank account, or 471000 once it rests there."""
    return SUSPENSE if work.tx_id else work.line.account.ledger_account


def journal_of(work: LineWork) -> ledger.Journal:
    """The journal of a posting about a line: the bank's, or miscellaneous once its money rests on 471000."""
    return ledger.Journal.MISCELLANEOUS if work.tx_id else ledger.Journal.BANK


def suspense(line: BankLine, *, on: date) -> ledger.Posting:
    """The posting that puts a line of which nobody is sure on 471000."""
    account = line.account.ledger_account
    return house_posting(
        line,
        journal=ledger.Journal.BANK,
        legs=(ledger.debit(account, line.amount), ledger.credit(SUSPENSE, line.amount)),
        key=f"bank:{line.pk}:suspense",
        on=on,
    )


def house_posting(
    line: BankLine,
    *,
    journal: ledger.Journal,
    legs: Sequence[ledger.Leg],
    key: str,
    on: date,
    actor: str = "",
    reverses: int | None = None,
) -> ledger.Posting:
    """A posting about a line that touches no customer."""
    return ledger.Posting(
        journal=journal,
        label=label_of_books(line),
        piece_ref=piece_of(line),
        piece_date=line.booked_on,
        effective_on=on,
        legs=tuple(legs),
        key=key,
        actor=actor,
        reverses=reverses,
    )


def book_whole(work: LineWork, decision: Decision, account: str, *, at: datetime) -> int:
    """Post a whole line on an account of ours, as the only share of that decision. Returns the posting."""
    line = work.line
    posting = house_posting(
        line,
        journal=journal_of(work),
        legs=(ledger.debit(clearing_account_of(work), line.amount), ledger.credit(account, line.amount)),
        key=f"bank:{line.pk}:share:{decision.number}:1",
        on=effective_day(line),
        actor=f"user:{decision.by_id}" if decision.by_id else "",
    )
    [posted] = ledger.post([posting], at=at)
    cents = line.amount_cents
    Share.objects.create(decision=decision, place=1, amount_cents=cents, account=account, tx_id=posted.tx_id)
    return posted.tx_id


def arrival(
    work: LineWork,
    *,
    customer_id: int,
    amount: Money,
    documents: Sequence[str],
    kept: bool,
    reference: str,
    key: str,
    on: date,
    actor: str = "",
) -> ledger.Arrival:
    """A share of a line, as money of a customer. `kept`: what pays no named document waits (public bodies)."""
    line = work.line
    back = f"iban:{line.party_account_id}" if line.party_account_id else ""
    return ledger.Arrival(
        customer_id=customer_id,
        amount=amount,
        source=ledger.Source(ledger.Origin.TRANSFER, reference, back),
        clearing_account=clearing_account_of(work),
        journal=journal_of(work),
        label=label_of_books(line),
        piece_ref=piece_of(line),
        piece_date=line.booked_on,
        key=key,
        effective_on=on,
        names=tuple(documents),
        kept=kept,
        actor=actor,
    )


def effective_day(line: BankLine) -> date:
    """The booking date, or the first open day when its month is closed."""
    return books.first_open_day(line.booked_on)


def effective_days(lines: Iterable[BankLine]) -> dict[date, date]:
    """The same of many lines, by their booking date."""
    return {day: books.first_open_day(day) for day in {line.booked_on for line in lines}}


def piece_of(line: BankLine) -> str:
    """What the books call the piece: the bank's own reference, or the number of the line."""
    return line.bank_reference or f"L{line.pk}"


def label_of_books(line: BankLine) -> str:
    """The words of the books, which are kept in French."""
    with translation.override("fr"):
        said = gettext("Transfer received") if line.amount_cents > 0 else gettext("Money out")
    return f"{said} {line.party_name or line.text}".strip()[:_LABEL_LENGTH]
