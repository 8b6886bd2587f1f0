"""Ask for a refund, give it up, learn whether it was approved. No provider is called here."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from accounts import services as accounts
from accounts.models import ApprovalState
from core.formats import money_text
from core.money import Money
from ledger import selectors as books
from ledger import services as ledger
from payments import locks, selectors
from payments.models import BegunBy, Refund, RefundStatus
from payments.refund_transitions import move, note
from payments.selectors import Limit
from payments.services.refunding.holding import take_back
from payments.services.refunding.sweeping import APPROVAL, ask_for_work

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User
    from payments.models import Payment


class NotRefundable(ValueError):
    """As much may not go back. `most` is what may, `why` what bounds it. Nothing was written."""

    def __init__(self, most: Money, why: Limit) -> None:
        super().__init__(f"at most {most.cents} cents: {why}")
        self.most, self.why = most, why


class Overtaken(ValueError):
    """Somebody refunded the same payment since this person looked. `last` is that refund. Nothing was written."""

    def __init__(self, last: Refund) -> None:
        super().__init__(last.reference)
        self.last = last


@dataclass(frozen=True, slots=True)
class RefundWish:
    """What a member of staff wants to give back, and why.

    `request_id` makes the wish happen once, however often it is sent. `seen` is how many refunds of the payment the
    person knew of. `of_hold` is money that is kept to be given back (a credit note).
    """

    lot_id: int
    amount: Money
    reason: str
    actor: User
    request_id: uuid.UUID = field(default_factory=uuid.uuid4)
    seen: int | None = None
    of_hold: str = ""


@transaction.atomic
def request_refund(wish: RefundWish, *, at: datetime) -> Refund:
    """Hold the money and ask for its refund to the source that it came from; overdue documents are paid first.

    The provider is called by a job, once a second member of staff has approved when the refund is above
    REFUND_APPROVAL_CENTS (with the others of the customer within a day) or gives a direct debit back early.
    Raises NotRefundable, Overtaken.
    """
    lot = books.get_lot(wish.lot_id)
    payment = selectors.payment_of_lot(lot)
    if payment is None:
        raise NotRefundable(Money(0), Limit.ELSEWHERE)
    payment = locks.lock_for_refund(payment.pk, lot.id)
    known = Refund.objects.filter(public_id=wish.request_id).first()
    if known is not None:
        return known
    owner = books.owner_of(lot.id)
    ledger.settle(owner, key=f"refund:{wish.request_id}:before", at=at)
    _check(payment, wish, owner, at=at)
    two_people = selectors.needs_a_second_person(lot, wish.amount, customer_id=owner, at=at)
    refund = _intend(payment, wish, owner, at=at)
    _hold(refund, at=at)
    if two_people:
        refund.approval = accounts.ask_approval(_wanted(refund), reason=wish.reason, by=wish.actor, at=at)
        move(refund, RefundStatus.WAITING, at=at)
    else:
        ask_for_work(refund, at=at)
    return refund


@transaction.atomic
def cancel_refund(refund_id: int, *, by: User, at: datetime) -> Refund:
    """Give up a refund that has not left the house; one that has goes on. The money is on the account again."""
    refund = locks.lock_refund(refund_id)
    if refund.status in (RefundStatus.ASKED, RefundStatus.WAITING):
        if refund.approval_id:
            accounts.withdraw_approval(refund.approval_id, by=by, at=at)
        take_back(refund, at=at)
        move(refund, RefundStatus.CANCELLED, at=at, detail=str(by))
    return refund


@transaction.atomic
def follow_approval(refund_id: int, *, at: datetime) -> Refund:
    """Go on with a refund that was approved, give up one that was not; leave one that still waits."""
    refund = locks.lock_refund(refund_id)
    approval = refund.approval
    if refund.status != RefundStatus.WAITING or approval is None or approval.state == ApprovalState.ASKED:
        return refund
    try:
        accounts.use_approval(approval.pk, content=_wanted(refund).content, at=at)
    except (accounts.NotApproved, accounts.Altered) as reason:
        take_back(refund, at=at)
        move(refund, RefundStatus.CANCELLED, at=at, detail=str(reason))
        return refund
    move(refund, RefundStatus.ASKED, at=at, detail=str(approval.decided_by or ""))
    ask_for_work(refund, at=at)
    return refund


@transaction.atomic
def look_after(refund_id: int, *, by: User, at: datetime) -> Refund:
    """Somebody took care of what a failed refund left to do: it is not on the list any more."""
    refund = locks.lock_refund(refund_id)
    if refund.status == RefundStatus.FAILED and refund.handled_by_id is None:
        refund.handled_by, refund.updated_at = by, at
        refund.save()
        note(refund, "looked after", at=at, detail=str(by))
    return refund


def _check(payment: Payment, wish: RefundWish, owner: int, *, at: datetime) -> None:
    before = selectors.refunds_of_payment(payment)
    if wish.seen is not None and before.count() != wish.seen:
        raise Overtaken(before.reverse()[0])
    limit = selectors.limit_of(books.get_lot(wish.lot_id), customer_id=owner, at=at, of_hold=wish.of_hold)
    if not 0 < wish.amount.cents <= limit.most.cents:
        raise NotRefundable(limit.most, limit.why)


def _intend(payment: Payment, wish: RefundWish, owner: int, *, at: datetime) -> Refund:
    refund = Refund.objects.create(
        public_id=wish.request_id,
        payment=payment,
        customer_id=owner,
        lot_id=wish.lot_id,
        provider=payment.provider,
        begun_by=BegunBy.STAFF,
        actor=wish.actor,
        reason=wish.reason,
        status=RefundStatus.ASKED,
        amount_cents=wish.amount.cents,
        language=payment.customer.language,
        of_hold=wish.of_hold,
        ask_at=at + timedelta(seconds=settings.PAYMENT_SILENCE_SECONDS),
        created_at=at,
        updated_at=at,
    )
    note(refund, "asked", at=at, detail=str(wish.actor))
    return refund


def _hold(refund: Refund, *, at: datetime) -> None:
    try:
        ledger.hold_outgoing(
            refund.customer_id,
            refund.amount,
            key=refund.hold_key,
            reason="refund",
            at=at,
            lot_id=refund.lot_id,
            out_of=refund.of_hold,
        )
    except ledger.NotEnough as shortage:  # the kept money is of another lot
        raise NotRefundable(Money(0), Limit.KEPT) from shortage


def _wanted(refund: Refund) -> accounts.Wanted:
    """What the second person approves: this amount of this payment, back to where it came from."""
    payment = refund.payment
    where = payment.instrument or payment.get_method_display()
    content = "|".join(
        str(part)
        for part in (refund.public_id, payment.public_id, payment.intent_id, refund.lot_id, refund.amount_cents)
    )
    summary = (  # in the language of the books
        f"Rembourser {money_text(refund.amount)} à {refund.customer} vers {where}, paiement {payment.reference}"
    )
    return accounts.Wanted(APPROVAL, str(refund.public_id), summary, content)
