"""What staff do with debits, each step with its reason and who took it: stop one, begin now what is due."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction

from core.clock import local_date
from outbox.services import NewJob, enqueue_many
from payments import locks, selectors
from payments.models import CollectingEvent, EndedWhy
from payments.services import debits
from payments.services.collecting.choosing import TooLate
from payments.services.debits import COLLECT

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User
    from payments.models import Debit

_AT_ONCE: Final = 500


@transaction.atomic
def cancel_for(debit_id: int, *, because: str, by: User, at: datetime) -> Debit:
    """Staff stop a debit: what is due stays due, its customer is told. Raises TooLate when it is in flight or over."""
    debit = locks.lock_debit(debit_id)
    if debit.state not in debits.STOPPABLE:
        raise TooLate(debit.reference)
    debits.stop(debit, EndedWhy.STAFF, detail=because, at=at)
    _keep(debit, "debit cancelled", detail=f"{debit.reference}: {because}", by=by, at=at)
    return debit


def begin_now(*, by: User, at: datetime) -> int:
    """Ask for every debit whose day has come, without waiting for the next turn. Returns how many were asked for.

    Twice in the same minute is once; a debit that was begun meanwhile is left alone by its job.
    """
    turn = f"now:{int(at.timestamp()) // 60}"
    due = list(selectors.debits_to_start(on=local_date(at)))
    for first in range(0, len(due), _AT_ONCE):
        with transaction.atomic():
            _ring(due[first : first + _AT_ONCE], turn, by=by, at=at)
    return len(due)


def _ring(due: list[Debit], turn: str, *, by: User, at: datetime) -> None:
    jobs = [NewJob(COLLECT, f"{COLLECT}:{debit.pk}:{turn}", {"debit_id": debit.pk}) for debit in due]
    enqueue_many(jobs, at=at)
    CollectingEvent.objects.bulk_create(
        CollectingEvent(customer_id=debit.customer_id, name="begun by staff", detail=debit.reference, actor=by, at=at)
        for debit in due
    )


def _keep(debit: Debit, name: str, *, detail: str, by: User, at: datetime) -> None:
    CollectingEvent.objects.create(customer=debit.customer, name=name, detail=detail[:300], actor=by, at=at)
