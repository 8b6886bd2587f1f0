"""Write down what the bank says of our debits: settled, refused, returned. Once, whoever tells it and in what order.

Readers of the bank's files call these verbs; each is one transaction for one debit (reference/postings, "Direct debit,
then returned"). A debit settles once and comes back once: the database says so. What cannot be applied is set aside
with its words, for a person.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from core.clock import at_noon
from core.failpoints import failpoint
from core.money import ZERO
from payments import locks, selectors
from payments.gateways.base import Receipt
from payments.models import AnswerKind, BankAnswer, BankDebit, PaymentStatus, Remittance, RemittanceState
from payments.remittance_transitions import may_move, move
from payments.services import collecting
from payments.services.remitting.returning import failure_of, follow, give_back, kind_after

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from core.money import Money
    from payments.models import Payment

_EUROS: Final = "EUR"


@dataclass(frozen=True, slots=True)
class BankWord:
    """What the bank says of one debit: on which day, in which of its files, under which reference of its own.

    `reason` is its code. `moved`: our account was credited or debited by it (a statement), else it is only told (a
    status report). `charges` are what the bank kept for it, in the same movement or not.
    """

    end_to_end: str
    amount: Money
    booked_on: date
    source: str
    bank_reference: str = ""
    reason: str = ""
    charges: Money = ZERO
    moved: bool = True
    bank_account: str = "512000"


@dataclass(frozen=True, slots=True)
class FileAnswer:
    """What the bank says of a whole file: taken, refused with a reason, or refused in part, debit by debit."""

    message_id: str
    refused: bool
    reason: str
    refusals: Sequence[tuple[str, str]]
    told_on: date
    source: str


@transaction.atomic
def record_settlement(word: BankWord, *, at: datetime) -> BankAnswer:
    """The bank credited a debit: credit its customer with what came, settle what is due, receipt and mail.

    Told twice, by two files or two processes, it is once. One that no file of ours named is set aside.
    """
    debit = selectors.bank_debit_named(word.end_to_end)
    if debit is None:
        return _set_aside(word, "no debit of ours")
    payment, _plan = locks.lock_attempt(debit.payment_id)
    if known := _known(debit, AnswerKind.SETTLED):
        return known if known.amount_cents == word.amount.cents else _set_aside(word, "settled before", debit)
    if payment.status != PaymentStatus.SUCCEEDED:
        payment = collecting.settle_attempt(payment.pk, _receipt(word), on=word.booked_on, at=at)
        failpoint("settlement.credited")
    mandate = locks.lock_mandate(debit.mandate_id)
    mandate.last_collected_on = max(word.booked_on, mandate.last_collected_on or word.booked_on)
    mandate.updated_at = at
    mandate.save(update_fields=["last_collected_on", "updated_at"])
    return _answer(word, AnswerKind.SETTLED, debit, tx_id=payment.tx_id, at=at)


@transaction.atomic
def record_return(word: BankWord, *, at: datetime) -> BankAnswer:
    """The bank refused a debit, or gave its money back: release the hold, or undo what it paid and reopen it.

    Before its settlement nothing was credited: it is refused. A movement that takes back what we have not seen settle,
    or what was refused and credited with its block all the same, is both, in order. A refusal that moved no money takes
    none back: told of a debit that settled, it is set aside. Its mandate, its account and automatic collection end as
    the reason code says. Twice is once.
    """
    debit = selectors.bank_debit_named(word.end_to_end)
    if debit is None:
        return _set_aside(word, "no debit of ours")
    payment, _plan = locks.lock_attempt(debit.payment_id)
    if known := _known(debit, *([AnswerKind.RETURNED] if word.moved else selectors.BACK)):
        return known if known.reason == word.reason else _set_aside(word, f"came back before: {known.reason}", debit)
    if not word.moved and payment.status == PaymentStatus.SUCCEEDED:
        return _set_aside(word, "refused after it settled", debit)
    if word.moved and payment.status != PaymentStatus.SUCCEEDED:
        record_settlement(_settlement_before(word, debit), at=at)
        payment.refresh_from_db()
    if payment.status == PaymentStatus.SUCCEEDED and word.amount > (payment.received or ZERO):
        return _set_aside(word, "more than was collected", debit)
    return _come_back(word, debit, payment, at=at)


def record_file_answer(answer: FileAnswer, *, at: datetime) -> Remittance | None:
    """The bank answered a file of ours: the debits that it refused are refused here, and the file's state follows.

    Each debit is a transaction of its own: killed in between, the same answer does the rest. None, and an answer set
    aside, for a file that is not ours.
    """
    remittance = Remittance.objects.filter(message_id=answer.message_id).first()
    if remittance is None:
        word = BankWord(answer.message_id[:35], ZERO, answer.told_on, answer.source, reason=answer.reason, moved=False)
        _set_aside(word, "no file of ours")
        return None
    for end_to_end, reason in _refusals(answer, remittance):
        debit = selectors.bank_debit_named(end_to_end)
        amount = debit.payment.amount if debit else ZERO
        word = BankWord(end_to_end, amount, answer.told_on, answer.source, reason=reason, moved=False)
        record_return(word, at=at)
    return _conclude(remittance.pk, at=at, detail=answer.source)


def _refusals(answer: FileAnswer, remittance: Remittance) -> list[tuple[str, str]]:
    """Which debits are refused, and why: all that are left, when the file is."""
    told = dict(answer.refusals)
    if not answer.refused:
        return list(told.items())
    everyone = remittance.debits.order_by("pk").values_list("end_to_end", flat=True)
    return [(end_to_end, told.get(end_to_end) or answer.reason) for end_to_end in everyone]


@transaction.atomic
def _conclude(remittance_id: int, *, at: datetime, detail: str) -> Remittance:
    remittance = locks.lock_remittance(remittance_id)
    refused = remittance.debits.filter(answers__kind=AnswerKind.REJECTED).count()
    to = RemittanceState.PARTLY if refused else RemittanceState.ACCEPTED
    if refused == remittance.count:
        to = RemittanceState.REJECTED
    if may_move(remittance, to):
        move(remittance, to, at=at, detail=detail)
    return remittance


def _come_back(word: BankWord, debit: BankDebit, payment: Payment, *, at: datetime) -> BankAnswer:
    if payment.status != PaymentStatus.SUCCEEDED:
        answer = _answer(word, AnswerKind.REJECTED, debit, at=at)
        kind = kind_after(word.reason, debit.mandate)
        collecting.refuse_attempt(payment.pk, kind, failure=failure_of(word.reason), code=word.reason, at=at)
    else:
        tx_id = give_back(word, debit, payment, at=at)
        answer = _answer(word, AnswerKind.RETURNED, debit, tx_id=tx_id, at=at)
        collecting.return_debit(payment.pk, failure=failure_of(word.reason), code=word.reason, at=at)
    failpoint("return.recorded")
    follow(word.reason, debit, at=at)
    return answer


def _settlement_before(word: BankWord, debit: BankDebit) -> BankWord:
    """The settlement that a returned debit must have had: of its own amount, on its own day or before."""
    return replace(
        word, amount=debit.payment.amount, booked_on=min(debit.collect_on, word.booked_on), reason="", charges=ZERO
    )


def _receipt(word: BankWord) -> Receipt:
    return Receipt(
        object_id=word.end_to_end,
        charge_id=word.bank_reference,
        received=word.amount,
        currency=_EUROS,
        paid_at=at_noon(word.booked_on),
        fee=ZERO,
    )


def _known(debit: BankDebit, *kinds: AnswerKind) -> BankAnswer | None:
    return debit.answers.filter(kind__in=kinds).first()


def _answer(
    word: BankWord, kind: AnswerKind, debit: BankDebit, *, tx_id: int | None = None, at: datetime
) -> BankAnswer:
    key = f"{kind.lower()}:{debit.end_to_end}"
    return BankAnswer.objects.create(debit=debit, key=key, kind=kind, tx_id=tx_id, at=at, **_told(word))


def _set_aside(word: BankWord, why: str, debit: BankDebit | None = None) -> BankAnswer:
    """Kept for a person, once for each thing that was said; nothing is posted."""
    said = f"{word.end_to_end}|{word.reason}|{word.amount.cents}|{word.booked_on}|{why}"
    told = _told(word) | {"debit": debit, "kind": AnswerKind.NOT_OURS, "detail": why, "at": at_noon(word.booked_on)}
    key = f"aside:{hashlib.sha256(said.encode()).hexdigest()}"
    return BankAnswer.objects.get_or_create(key=key, defaults=told)[0]


def _told(word: BankWord) -> dict[str, Any]:
    return {
        "end_to_end": word.end_to_end[:35],
        "reason": word.reason[:10],
        "amount_cents": word.amount.cents,
        "charges_cents": word.charges.cents,
        "booked_on": word.booked_on,
        "bank_reference": word.bank_reference[:140],
        "source": word.source[:140],
    }
