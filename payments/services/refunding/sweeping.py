"""Whose turn it is among the refunds. The database says so; nothing here depends on a message that arrived."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction

from outbox.services import NewJob, enqueue, enqueue_many
from payments import locks, selectors
from payments.models import Refund
from payments.services.putting_off import put_off

if TYPE_CHECKING:
    from datetime import datetime

ADVANCE: Final = "payments.advance_refund"
APPROVAL: Final = "payments.refund"
"""The kind of the approvals that are about refunds; their subject is the public id."""
_AT_ONCE = 200


def ask_for_work(refund: Refund, *, at: datetime) -> None:
    """Ask for the next step of a refund, in the caller's transaction."""
    job = _job(refund.pk, refund.status, refund.asked_count, customer=refund.customer_id)
    enqueue(job.kind, job.payload, key=job.key, owner=job.owner, at=at)


def hear_decision(*, kind: str, subject: str, at: datetime, **_more: object) -> None:
    """Somebody decided about an approval: go on at once with the refund that it is about, if it is about one."""
    if kind == APPROVAL:
        with transaction.atomic():
            ask_for_work(Refund.objects.get(public_id=subject), at=at)


def sweep_refunds(*, at: datetime) -> int:
    """Ask for the next step of each refund whose turn it is, at most 200. Returns how many.

    The key has the status and counts the turns, so that a refund is worked on by one job at a time.
    """
    due = selectors.refunds_to_work_on(at=at).values_list("pk", "status", "asked_count", "customer_id")[:_AT_ONCE]
    jobs = [_job(pk, status, turn, customer=customer) for pk, status, turn, customer in due]
    enqueue_many(jobs, at=at)
    return len(jobs)


@transaction.atomic
def give_up_refund_turn(refund_id: int, *, at: datetime) -> None:
    """A step failed too often (not the provider: our own work). The next one comes in its turn."""
    refund = locks.lock_refund(refund_id)
    if refund.ask_at is not None:
        put_off(refund, at=at)
        refund.save()


def _job(refund_id: int, status: str, turn: int, *, customer: int) -> NewJob:
    key = f"{ADVANCE}:{refund_id}:{status}:{turn}"
    return NewJob(ADVANCE, key, {"refund_id": refund_id}, owner=f"customer:{customer}")
