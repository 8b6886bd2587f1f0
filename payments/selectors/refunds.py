"""Questions about refunds: what may go back and why no more, which ones there are, where they stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db.models import Q, QuerySet, Sum

from core.clock import local_date
from core.money import ZERO, Money
from ledger import selectors as ledger
from ledger.kinds import Origin
from payments.models import ONLINE, BegunBy, Payment, PaymentStatus, Refund, RefundEvent, RefundStatus
from payments.selectors.disputes import has_money_in_dispute

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from accounts.models import Customer

DEBIT_MAY_COME_BACK = timedelta(weeks=8)
"""For so long a payer may have his bank take a direct debit back without a reason (CMF art. L133-25-1)."""
_TOGETHER = timedelta(days=1)
_OVER = (RefundStatus.FAILED, RefundStatus.CANCELLED)


class Limit(StrEnum):
    """What bounds a refund."""

    LOT = "LOT"
    CAPTURED = "CAPTURED"
    AVAILABLE = "AVAILABLE"
    OVERDUE = "OVERDUE"
    KEPT = "KEPT"
    DISPUTED = "DISPUTED"
    ELSEWHERE = "ELSEWHERE"


class RefundTruth(StrEnum):
    """What a customer is told about a refund."""

    ASKED = "ASKED"
    ON_ITS_WAY = "ON_ITS_WAY"
    DONE = "DONE"
    NOT_MADE = "NOT_MADE"


@dataclass(frozen=True, slots=True)
class Refundable:
    """Money that may go back: the payment that it came by, the most that may go, and what bounds it."""

    lot: ledger.LotView
    payment: Payment | None
    most: Money
    why: Limit


_TRUTHS: Final[Mapping[str, RefundTruth]] = {
    RefundStatus.ASKED: RefundTruth.ASKED,
    RefundStatus.WAITING: RefundTruth.ASKED,
    RefundStatus.SENT: RefundTruth.ASKED,
    RefundStatus.UNKNOWN: RefundTruth.ASKED,
    RefundStatus.PENDING: RefundTruth.ON_ITS_WAY,
    RefundStatus.COMPLETED: RefundTruth.DONE,
    RefundStatus.FAILED: RefundTruth.NOT_MADE,
    RefundStatus.CANCELLED: RefundTruth.NOT_MADE,
}


def truth_of_refund(refund: Refund) -> RefundTruth:
    """Asked, on its way, done, or not made."""
    return _TRUTHS[refund.status]


def refundable_lots(customer: Customer, *, at: datetime) -> list[Refundable]:
    """The money of a customer, lot by lot, with the most of each that may go back to its source, oldest first."""
    return [limit_of(lot, customer_id=customer.pk, at=at) for lot in ledger.lots_of(customer.pk)]


def limit_of(lot: ledger.LotView, *, customer_id: int, at: datetime, of_hold: str = "") -> Refundable:
    """The most of a lot that may go back to its source, and what bounds it.

    Never more than what is left of the lot, than was received by the payment less what went back, and than what is
    available once overdue documents are paid. `of_hold` names money that is kept to be given back: so much, no more.
    Nothing while a payment of the customer is contested: the bank may take back what is given back.
    """
    payment = payment_of_lot(lot)
    if payment is None:
        return Refundable(lot, None, ZERO, Limit.ELSEWHERE)
    bounds = {Limit.CAPTURED: _captured_less_refunded(payment)}
    if of_hold:
        bounds[Limit.KEPT] = ledger.holds_named(of_hold).get(of_hold, ZERO)
    else:
        overdue = sum((item.open for item in ledger.overdue_items(customer_id, on=local_date(at))), ZERO)
        available = ledger.get_balance(customer_id).available
        bounds |= {Limit.LOT: lot.free, Limit.AVAILABLE: available, Limit.OVERDUE: available - overdue}
    if is_disputed(payment, customer_id=customer_id):
        bounds[Limit.DISPUTED] = ZERO
    why = min(bounds, key=lambda each: (bounds[each].cents, list(Limit).index(each)))
    return Refundable(lot, payment, max(bounds[why], ZERO), why)


def is_disputed(payment: Payment, *, customer_id: int) -> bool:
    """Whether a bank may take this money, or other money of its owner, back by itself: then nothing is refunded.

    A mere inquiry is no reason: giving the money back is an answer to it.
    """
    return any(has_money_in_dispute(each) for each in {payment.customer_id, customer_id})


def needs_a_second_person(lot: ledger.LotView, amount: Money, *, customer_id: int, at: datetime) -> bool:
    """Whether a refund has to be approved: above REFUND_APPROVAL_CENTS, or a direct debit that is too young.

    What one person alone gave back to the customer within a day counts together.
    """
    early = lot.origin == Origin.DIRECT_DEBIT and local_date(at) < lot.received_on + DEBIT_MAY_COME_BACK
    alone = Refund.objects.filter(
        customer=customer_id, begun_by=BegunBy.STAFF, approval=None, created_at__gt=at - _TOGETHER
    ).exclude(status__in=_OVER)
    before = alone.aggregate(cents=Sum("amount_cents", default=0))["cents"]
    return early or before + amount.cents > settings.REFUND_APPROVAL_CENTS


def payment_of_lot(lot: ledger.LotView) -> Payment | None:
    """The payment that a lot came by, to whose source it goes back; None when it came otherwise. One query."""
    name, _, intent_id = lot.refundable_to.partition(":")
    if name.upper() not in ONLINE or not intent_id:
        return None
    paid = Payment.objects.filter(status=PaymentStatus.SUCCEEDED, provider=name.upper(), intent_id=intent_id)
    return paid.select_related("customer").first()


def refunds_of_payment(payment: Payment) -> QuerySet[Refund]:
    """The refunds of a payment, oldest first."""
    return Refund.objects.filter(payment=payment).select_related("actor").order_by("pk")


def refunds_of(customer: Customer) -> QuerySet[Refund]:
    """The refunds of a customer, newest first."""
    return Refund.objects.filter(customer=customer).select_related("payment").order_by("-created_at", "-pk")


def refunds_shown(payment: Payment) -> list[Refund]:
    """The refunds of a payment that its customer is told of, oldest first: not those that never left the house."""
    return list(refunds_of_payment(payment).exclude(status=RefundStatus.CANCELLED, sent_at=None))


def get_refund(public_id: UUID) -> Refund:
    """A refund with all that its page shows. Raises Refund.DoesNotExist. One query."""
    around = ("payment", "customer", "actor", "approval", "approval__decided_by", "handled_by")
    return Refund.objects.select_related(*around).get(public_id=public_id)


def provider_of_refund(refund_id: int) -> str:
    """Who gives it back. Raises Refund.DoesNotExist."""
    return Refund.objects.values_list("provider", flat=True).get(pk=refund_id)


def refunds_to_work_on(*, at: datetime) -> QuerySet[Refund]:
    """The refunds whose turn it is, oldest first."""
    return Refund.objects.filter(ask_at__lte=at).order_by("ask_at", "pk")


def failed_refunds() -> QuerySet[Refund]:
    """The refunds that failed and that nobody has looked after, oldest first."""
    return Refund.objects.filter(status=RefundStatus.FAILED, handled_by=None).order_by("decided_at", "pk")


def history_of_refund(refund: Refund) -> QuerySet[RefundEvent]:
    """The steps of a refund, in order."""
    return RefundEvent.objects.filter(refund=refund).order_by("pk")


def _captured_less_refunded(payment: Payment) -> Money:
    """What was received, less what went back or is on its way back, whoever began it."""
    back = (
        Refund.objects.filter(payment=payment)
        .exclude(Q(status__in=_OVER))
        .aggregate(cents=Sum("amount_cents", default=0))
    )
    return Money((payment.received_cents or 0) - back["cents"])
