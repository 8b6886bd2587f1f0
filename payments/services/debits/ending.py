"""The end of a debit that brings no money, and of one whose money is final."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction

from payments import locks
from payments.debit_transitions import CANCELLED, CLOSED, COLLECTED, FAILED, move
from payments.models import TO_START, Debit, DebitState, EndedWhy, Method, Scheme
from payments.services.debits.telling import tell_cancelled, tell_given_up

if TYPE_CHECKING:
    from datetime import date, datetime

    from payments.models import Payment

_REFUNDABLE: Final = timedelta(weeks=8)
STOPPABLE: Final = (*TO_START, DebitState.ACTION)
"""Debits that nothing is under way for: these may be cancelled."""


@transaction.atomic
def cancel(debit_id: int, why: EndedWhy, *, detail: str = "", at: datetime) -> Debit:
    """Stop a debit that is not in flight, and tell its customer. One that is, or that is over, stays as it is."""
    return stop(locks.lock_debit(debit_id), why, detail=detail, at=at)


def stop(debit: Debit, why: EndedWhy, *, detail: str = "", at: datetime) -> Debit:
    """The same for whoever holds the lock already."""
    if debit.state in STOPPABLE:
        move(debit, CANCELLED, why=why, detail=detail, at=at)
        tell_cancelled(debit, at=at)
    return debit


def give_up(debit: Debit, payment: Payment, *, why: EndedWhy = EndedWhy.REFUSED, at: datetime) -> None:
    """Nothing could be taken. What was due is still due. The caller holds the lock."""
    move(debit, FAILED, why=why, at=at, detail=debit.failure_code)
    tell_given_up(debit, payment, at=at)


def refundable_until(debit: Debit, collected_on: date) -> date | None:
    """Until when the payer's bank takes it back without a reason: of a SEPA debit, except between businesses.

    CMF art. L133-25-1: eight weeks from the debit; SEPA B2B rulebook: no refund of an authorised debit.
    """
    if debit.method.kind != Method.SEPA:
        return None
    mandate = getattr(debit.method, "mandate", None)
    if mandate is not None and mandate.scheme == Scheme.B2B:
        return None
    return collected_on + _REFUNDABLE


@transaction.atomic
def close(debit_id: int, *, on: date, at: datetime) -> Debit:
    """The day is over until which the money might have been taken back."""
    debit = locks.lock_debit(debit_id)
    if debit.state == COLLECTED and (debit.refundable_until is None or debit.refundable_until < on):
        move(debit, CLOSED, at=at)
    return debit
