"""Direct debits on our statements: batches that settled, debits that came back. What we sent ourselves is recognised.

Each line is one transaction: what the bank says of the debit (`payments.services.remitting`), the bank's own posting,
and the state of the line. A movement that another line told already (by its parts and as a sum, or in two formats that
give it other references) stays for a person: `LineDebit` says which line brought a debit, and 512 moves once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext

from bank.locks import lock_work
from bank.models import BankLine, LineDebit, LineWork
from bank.services.booking import clearing_account_of, journal_of
from bank.words import WAITING, LineKind, LineState
from core.clock import local_date
from core.failpoints import failpoint
from core.money import Money
from ledger import selectors as books
from ledger import services as ledger
from payments import selectors as payments
from payments.models import AnswerKind
from payments.services import remitting
from payments.services.remitting import BankWord

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from payments.models import BankDebit

_CLEARING: Final = "511300"
_BANK_FEES: Final = "627100"
_AT_ONCE: Final = 1_000


def apply_debits(*, at: datetime, statements: Iterable[int] | None = None) -> int:
    """Apply every line that is about debits of ours and is not posted yet. Returns how many were.

    Called after an import, and by the sweeper for what a crash left; twice is once.
    """
    waiting = _waiting()
    if statements is not None:
        waiting = waiting.filter(statement__in=list(statements))
    ordered = waiting.order_by("booked_on", "-amount_cents", "pk")
    debits = list(ordered.exclude(kind=LineKind.FEE).values_list("pk", flat=True)[:_AT_ONCE])
    posted = sum(apply_line(line_id, at=at) for line_id in debits)
    fees = list(ordered.filter(kind=LineKind.FEE).values_list("pk", flat=True)[:_AT_ONCE])
    return posted + sum(apply_line(line_id, at=at) for line_id in fees)


def _waiting() -> QuerySet[BankLine]:
    """Lines of debits, of what came back, and of the fees that go with it."""
    kinds = Q(kind__in=[LineKind.COLLECTED, LineKind.RETURNED, LineKind.FEE])
    return BankLine.objects.filter(kinds, work__state__in=[LineState.NEW, *WAITING])


def apply_line(line_id: int, *, at: datetime) -> bool:
    """Post a line that is about a debit of ours, when its day has come.

    False, and nothing is changed, when it is not about one, or not understood: it stays for a person.
    """
    try:
        return _apply(line_id, at=at)
    except _Unclear:
        return False


class _Unclear(Exception):
    """A line about debits of ours that a person has to look at."""


@transaction.atomic
def _apply(line_id: int, *, at: datetime) -> bool:
    work = lock_work(line_id)
    line = work.line
    if work.state not in {LineState.NEW, *WAITING} or line.booked_on > local_date(at):
        return False
    if line.kind == LineKind.FEE:
        tx_id = _fee(work, at=at)
    elif line.amount_cents < 0:
        tx_id = _returned(work, at=at)
    else:
        tx_id = _settled(work, at=at)
    failpoint("bank.line_applied")
    if tx_id is not None:
        work.state, work.tx_id = LineState.POSTED, work.tx_id or tx_id
        work.version += 1
        work.save(update_fields=["state", "tx_id", "version"])
    return tx_id is not None


def _settled(work: LineWork, *, at: datetime) -> int | None:
    """Debits that the bank credited: one by its name, or all of a block that it tells as a sum."""
    line = work.line
    debits = sorted(_debits_of(line), key=lambda debit: (debit.payment.customer_id, debit.pk))
    if not debits:
        return None
    for debit in debits:
        answer = remitting.record_settlement(_word(work, debit, Money(debit.amount_cents)), at=at)
        if answer.kind != AnswerKind.SETTLED:
            raise _Unclear
    _tell(line, debits, LineKind.COLLECTED)
    legs = (ledger.debit(clearing_account_of(work), line.amount), ledger.credit(_CLEARING, line.amount))
    return _post(work, "batch", legs, at=at)


def _tell(line: BankLine, debits: Sequence[BankDebit], kind: LineKind) -> None:
    """Note which line it was. The customers are locked: a movement that another line told is seen here."""
    if LineDebit.objects.filter(debit__in=debits, kind=kind).exists():
        raise _Unclear
    LineDebit.objects.bulk_create(LineDebit(line=line, debit=debit, kind=kind) for debit in debits)


def is_told_twice(line: BankLine) -> bool:
    """Whether another line brought, or took back, the debits of this one already."""
    debits: Sequence[BankDebit] = []
    if line.kind == LineKind.COLLECTED:
        debits = _debits_of(line)
    elif line.kind == LineKind.RETURNED and line.end_to_end:
        debit = payments.bank_debit_named(line.end_to_end)
        debits = [debit] if debit is not None else []
    return bool(debits) and LineDebit.objects.filter(debit__in=debits, kind=line.kind).exists()


def _debits_of(line: BankLine) -> Sequence[BankDebit]:
    """The debits that a credit is the sum of; none when it is the sum of no debits of ours."""
    if line.end_to_end:
        debit = payments.bank_debit_named(line.end_to_end)
        return [debit] if debit is not None and debit.amount_cents == line.amount_cents else []
    return payments.batch_of(line.batch_id or line.message_id, Money(line.amount_cents)) if line.parts == 1 else []


def _returned(work: LineWork, *, at: datetime) -> int | None:
    """A debit that came back: the verb books the money out of the bank itself, with what it undoes."""
    line = work.line
    debit = payments.bank_debit_named(line.end_to_end) if line.end_to_end else None
    if debit is None:
        return None
    answer = remitting.record_return(_word(work, debit, Money(-line.amount_cents)), at=at)
    if answer.kind != AnswerKind.RETURNED:
        return None
    _tell(line, [debit], LineKind.RETURNED)
    return answer.tx_id


def _fee(work: LineWork, *, at: datetime) -> int | None:
    """What the bank kept with a debit that came back; other fees are for a person to look at."""
    line = work.line
    if not line.bank_reference:
        return None
    beside = LineWork.objects.filter(
        state=LineState.POSTED,
        line__account=line.account_id,
        line__bank_reference=line.bank_reference,
        line__kind=LineKind.RETURNED,
    )
    if not beside.exists():
        return None
    cost = Money(-line.amount_cents)
    legs = (ledger.debit(_BANK_FEES, cost), ledger.credit(clearing_account_of(work), cost))
    return _post(work, "fee", legs, at=at)


def _word(work: LineWork, debit: BankDebit, amount: Money) -> BankWord:
    line = work.line
    return BankWord(
        end_to_end=debit.end_to_end,
        amount=amount,
        booked_on=line.booked_on,
        source=f"{line.statement.format} {line.statement.statement_id}".strip(),
        bank_reference=line.bank_reference,
        reason=line.return_code,
        bank_account=clearing_account_of(work),
    )


def _post(work: LineWork, word: str, legs: tuple[ledger.Leg, ...], *, at: datetime) -> int:
    line = work.line
    reference = line.bank_reference or line.batch_id
    with translation.override("fr"):  # the books are kept in French
        said = gettext("Direct debits collected") if word == "batch" else gettext("Bank charges of a returned debit")
    posting = ledger.Posting(
        journal=journal_of(work),
        label=f"{said} {reference}".strip()[:200],
        piece_ref=reference or str(line.pk),
        piece_date=line.booked_on,
        key=f"bank:{line.pk}:{word}",
        effective_on=books.first_open_day(line.booked_on),
        legs=legs,
    )
    return ledger.post([posting], at=at)[0].tx_id
