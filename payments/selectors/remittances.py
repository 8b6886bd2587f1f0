"""Questions about files of direct debits and what the bank answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db.models import Count, Q, QuerySet, Sum

from core.clock import PARIS
from core.money import Money
from payments.models import (
    TO_START,
    AnswerKind,
    BankAnswer,
    BankDebit,
    Debit,
    Payment,
    PaymentStatus,
    Provider,
    Remittance,
    RemittanceState,
)
from payments.target import add_target_days

if TYPE_CHECKING:
    from datetime import date

    from core.money import Money
    from payments.models import Mandate

BACK: Final = (AnswerKind.REJECTED, AnswerKind.RETURNED)


@dataclass(frozen=True, slots=True)
class Total:
    """How many debits, and how much was announced of them at most."""

    count: int
    amount: Money


def bank_debits_to_start(*, on: date) -> QuerySet[Debit]:
    """The debits that our bank is to be given on that day, or should have been given before: oldest first."""
    return Debit.objects.filter(state__in=TO_START, start_on__lte=on, method__provider=Provider.BANK).order_by(
        "start_on", "pk"
    )


def bank_debits_due(*, on: date) -> QuerySet[Debit]:
    """The same with who is debited and by which mandate, for a list of them."""
    return bank_debits_to_start(on=on).select_related("customer", "method__mandate")


def total_of(debits: QuerySet[Debit]) -> Total:
    """The totals of some debits, in one query."""
    found = debits.order_by().aggregate(count=Count("pk"), cents=Sum("announced_cents", default=0))
    return Total(found["count"], Money(found["cents"]))


def claimed_for_the_bank() -> QuerySet[Payment]:
    """Attempts whose file was not written to its end: the next one takes them."""
    return Payment.objects.filter(provider=Provider.BANK, status=PaymentStatus.SENT, bank_debit=None)


def waiting_for_a_file(scheme: str) -> QuerySet[Payment]:
    """The attempts that were claimed for our bank and are in no file yet: oldest first."""
    mine = claimed_for_the_bank().filter(used_method__mandate__scheme=scheme)
    return mine.select_related("customer", "debit", "used_method__mandate").order_by("pk")


def next_message_id(on: date) -> str:
    """`R20261126-2`: the day and how many files it has."""
    begun = Remittance.objects.filter(message_id__startswith=f"R{on:%Y%m%d}-").count()
    return f"R{on:%Y%m%d}-{begun + 1}"


def made_at(on: date, at: datetime) -> datetime:
    """When a file says that it was made: that day in Paris, at the hour of the present moment."""
    return datetime.combine(on, at.astimezone(PARIS).time(), tzinfo=PARIS)


def bank_debit_named(end_to_end: str) -> BankDebit | None:
    """The debit of that end-to-end id, as banks give it back; None when no file of ours named it."""
    found = BankDebit.objects.select_related("payment", "mandate", "remittance")
    return found.filter(end_to_end=end_to_end.strip()).first()


def debits_of_batch(batch_id: str) -> list[BankDebit]:
    """The debits of one block of a file of ours, `R20261126-1-2`: the second in the order of days and sequences."""
    message_id, _, number = batch_id.strip().rpartition("-")
    found = BankDebit.objects.filter(remittance__message_id=message_id).select_related("payment").order_by("pk")
    debits = list(found)
    blocks = sorted({(debit.collect_on, debit.sequence) for debit in debits})
    if not number.isdigit() or not 0 < int(number) <= len(blocks):
        return []
    return [debit for debit in debits if (debit.collect_on, debit.sequence) == blocks[int(number) - 1]]


def batch_of(batch_id: str, amount: Money) -> list[BankDebit]:
    """The debits that a line about a whole block is the sum of: those not refused before, or all of them; else none.

    Banks credit a block without what they refused, or whole, and then take the refused ones back apart.
    """
    everything = debits_of_batch(batch_id)
    taken = [debit for debit in everything if debit.payment.status != PaymentStatus.REFUSED]
    sums = [debits for debits in (taken, everything) if sum(each.amount_cents for each in debits) == amount.cents]
    return sums[0] if sums else []


def times_short_of_money(mandate: Mandate) -> int:
    """How many debits in a row an account had no money for, since the last one that it paid for good."""
    codes = []
    for debit in mandate.debits.order_by("-pk").prefetch_related("answers")[:10]:
        kinds = {answer.kind: answer.reason for answer in debit.answers.all()}
        back = [kinds[kind] for kind in BACK if kind in kinds][-1:]  # a debit counts once, however it came back
        if not back and AnswerKind.SETTLED in kinds:
            break
        codes += back
    return sum(code == "AM04" for code in codes)


def silent_bank_debits(*, on: date) -> QuerySet[BankDebit]:
    """The debits of which the bank said nothing SEPA_SILENCE_DAYS after their day: oldest first."""
    before = on - timedelta(days=settings.SEPA_SILENCE_DAYS)
    undecided = BankDebit.objects.filter(collect_on__lt=before, payment__status=PaymentStatus.PENDING)
    return undecided.select_related("payment__customer", "remittance").order_by("collect_on", "pk")


def files_to_hand_over(*, on: date) -> QuerySet[Remittance]:
    """The files that nobody gave to the bank, although a day of theirs is near: oldest first."""
    near = add_target_days(on, settings.SEPA_LEAD_DAYS)
    waiting = Remittance.objects.filter(state=RemittanceState.WRITTEN, debits__collect_on__lte=near)
    return waiting.distinct().order_by("created_at", "pk")


def answers_set_aside() -> QuerySet[BankAnswer]:
    """What the bank said of debits that are not ours, or said twice in two ways, and nobody looked at: newest first."""
    return BankAnswer.objects.filter(kind=AnswerKind.NOT_OURS, review=None).order_by("-at", "-pk")


def remittances() -> QuerySet[Remittance]:
    """Every file with what became of its debits, newest first. One query."""
    answers = {
        "settled": Count("debits", filter=Q(debits__payment__status=PaymentStatus.SUCCEEDED), distinct=True),
        "refused": Count("debits", filter=Q(debits__payment__status=PaymentStatus.REFUSED), distinct=True),
        "waiting": Count("debits", filter=Q(debits__payment__status=PaymentStatus.PENDING), distinct=True),
    }
    return Remittance.objects.annotate(**answers).order_by("-created_at", "-pk")
