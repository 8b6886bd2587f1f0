"""What a customer may change of a debit that is announced: its day, its method, or that it takes place at all."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction

from core.clock import local_date
from payments import locks
from payments.debit_transitions import note
from payments.models import CollectingRule, Debit, DebitKind, DebitState, EndedWhy
from payments.services import debits
from payments.services.methods.keeping import chargeable

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

_UNTIL: Final = timedelta(days=2)


class TooLate(Exception):
    """The debit is in flight, over, or begins in less than two days."""


class DayRefused(ValueError):
    """Not between the day announced and fifteen days later."""


def may_change(debit: Debit, *, on: date) -> bool:
    """Whether its customer may still change it: until two days before it begins, or while it waits after a refusal."""
    if debit.kind == DebitKind.TOP_UP:  # its rule is changed or turned off instead
        return False
    if debit.state == DebitState.ANNOUNCED:
        return on <= debit.start_on - _UNTIL
    return debit.state in debits.STOPPABLE


def last_day(debit: Debit) -> date:
    """The last day to which it may be moved. Moving it twice gains nothing."""
    rule = CollectingRule.objects.get(customer=debit.customer_id)
    announced_on = local_date(debit.announced_at)
    return debits.days_for(debit.method, rule, due_on=debit.due_on, announced_on=announced_on).collect_on + (
        debits.MOST_LATER
    )


@transaction.atomic
def move_debit(debit_id: int, day: date, *, at: datetime) -> Debit:
    """Take it on a later day. A later day needs no new notice. Raises TooLate, DayRefused."""
    debit = _changeable(debit_id, at=at)
    if debit.state != DebitState.ANNOUNCED:
        raise TooLate(debit.reference)
    if not debit.collect_on <= day <= last_day(debit):
        raise DayRefused(day.isoformat())
    days = debits.from_day(debit.method, day, today=local_date(at))
    if days.collect_on != debit.collect_on:
        debit.collect_on, debit.start_on, debit.updated_at = days.collect_on, days.start_on, at
        debit.save()
        note(debit, "moved", at=at, detail=debit.collect_on.isoformat())
    return debit


@transaction.atomic
def choose_method(debit_id: int, public_id: UUID, *, at: datetime) -> Debit:
    """Take it from another method: by the notice of that method. Raises TooLate, NotChargeable."""
    debit = _changeable(debit_id, at=at)
    method = chargeable(debit.customer_id, public_id)
    if method.pk != debit.method_id or debit.state == DebitState.ACTION:
        debits.switch(debit, method, at=at)
    return debit


@transaction.atomic
def pay_otherwise(debit_id: int, *, at: datetime) -> Debit:
    """The customer pays in another way: it does not take place, what is due is still due. Raises TooLate."""
    debit = _changeable(debit_id, at=at)
    return debits.stop(debit, EndedWhy.CUSTOMER, at=at)


def _changeable(debit_id: int, *, at: datetime) -> Debit:
    debit = locks.lock_debit(debit_id)
    if not may_change(debit, on=local_date(at)):
        raise TooLate(debit.reference)
    return debit
