"""What an answer about an attempt means for its debit. The caller holds the locks and has applied it to the payment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.debit_transitions import ACTION, CLOSED, COLLECTED, RETURNED, SENT, WAITING, may_move, move, note
from payments.gateways.base import DeclineKind
from payments.models import DebitKind
from payments.services.debits.ending import refundable_until
from payments.services.debits.fallback import after_refusal
from payments.services.debits.telling import tell_action, tell_returned
from payments.services.debits.topping import top_up_came, top_up_refused

if TYPE_CHECKING:
    from datetime import date, datetime

    from payments.models import Debit, Payment


def collected(debit: Debit, payment: Payment, *, on: date, at: datetime) -> None:
    """The money came on that day. Where no bank may take it back without a reason, that is the end."""
    if debit.state == SENT and not _is_current(debit, payment):
        note(debit, "an earlier attempt was paid", at=at, detail=payment.reference)
        return
    if not may_move(debit, COLLECTED):
        note(debit, "paid once more", at=at, detail=payment.reference)
        return
    debit.method = payment.used_method or debit.method
    debit.collected_cents = min(payment.received_cents or 0, debit.announced_cents)
    debit.collected_on = on
    debit.refundable_until = refundable_until(debit, on)
    debit.failure = debit.failure_code = ""
    move(debit, COLLECTED, at=at, detail=payment.reference)
    if debit.refundable_until is None:
        move(debit, CLOSED, at=at)
    if debit.kind == DebitKind.TOP_UP:
        top_up_came(debit, at=at)


def refused(debit: Debit, payment: Payment, kind: DeclineKind, *, at: datetime) -> None:
    """Nothing was taken: another day, another method, a question to the customer, or the end."""
    if debit.state != SENT or not _is_current(debit, payment):
        note(debit, "an earlier attempt was refused", at=at, detail=payment.reference)
        return
    debit.failure, debit.failure_code = payment.failure, payment.failure_code
    if debit.kind == DebitKind.TOP_UP:
        top_up_refused(debit, payment, kind, at=at)
    elif kind == DeclineKind.AUTHENTICATION:
        move(debit, ACTION, at=at, detail=payment.failure_code)
        tell_action(debit, payment, at=at)
    else:
        after_refusal(debit, payment, kind, at=at)


def never_sent(debit: Debit, payment: Payment, *, at: datetime) -> None:
    """The attempt never reached the provider: the next turn makes another one."""
    if debit.state == SENT and _is_current(debit, payment):
        move(debit, WAITING, at=at, detail="nothing ever arrived")


def returned(debit: Debit, payment: Payment, *, tells: bool, at: datetime) -> None:
    """The payer's bank took the money back; the ledger has undone what it paid."""
    debit.failure, debit.failure_code = payment.failure, payment.failure_code
    move(debit, RETURNED, at=at, detail=payment.failure_code)
    if tells:
        tell_returned(debit, payment, at=at)


def _is_current(debit: Debit, payment: Payment) -> bool:
    """Whether this is the last attempt of the debit."""
    last = debit.attempts.order_by("-pk").values_list("pk", flat=True).first()
    return last == payment.pk
