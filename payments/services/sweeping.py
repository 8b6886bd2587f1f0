"""Find what fell silent, and ask. The database says what is due; nothing here depends on a message that arrived."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from outbox.services import NewJob, enqueue_many
from payments import locks, selectors
from payments.services.attempts import forget_old_attempts
from payments.services.forgetting import forget_payers
from payments.services.putting_off import put_off
from payments.services.waking import ASK_METHOD

if TYPE_CHECKING:
    from datetime import datetime

ASK = "payments.ask"
_AT_ONCE = 200


def sweep(*, at: datetime) -> int:
    """Ask for a look at each payment whose turn it is, at most 200; forget old payers. Returns how many looks.

    The key counts the questions, so that a payment waits for one answer at a time.
    """
    due = selectors.payments_to_ask_about(at=at).values_list("pk", "asked_count")[:_AT_ONCE]
    jobs = [NewJob(ASK, f"{ASK}:{pk}:{asked}", {"payment_id": pk}) for pk, asked in due]
    enqueue_many(jobs, at=at)
    forget_payers(at=at)
    return len(jobs)


def sweep_methods(*, at: datetime) -> int:
    """Ask for a look at each method being saved or removed, at most 200; erase old attempts. Returns how many."""
    due = selectors.methods_to_ask_about(at=at).values_list("pk", "state", "asked_count")[:_AT_ONCE]
    jobs = [NewJob(ASK_METHOD, f"{ASK_METHOD}:{pk}:{state}:{asked}", {"method_id": pk}) for pk, state, asked in due]
    enqueue_many(jobs, at=at)
    forget_old_attempts(at=at)
    return len(jobs)


def give_up_question(payment_id: int, *, at: datetime) -> None:
    """A question failed too often (not the provider: our own work). The next one comes in its turn."""
    with transaction.atomic():
        payment = locks.lock_payment(payment_id)
        if payment.ask_at is not None:
            put_off(payment, at=at)
            payment.save()
