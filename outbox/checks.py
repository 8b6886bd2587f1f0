"""Invariants of the outbox, for `selfcheck`."""

from __future__ import annotations

from datetime import timedelta

from core import clock
from core.checks import Check
from outbox import selectors
from outbox.models import Job, JobState, Message, MessageState

_PATIENCE = timedelta(hours=1)


def work_is_done_in_time() -> list[Check]:
    """No job is due for more than an hour, and no mail unsent for that long (but those being tried again)."""
    now = clock.now()
    oldest = selectors.oldest_due(at=now)
    late = selectors.messages_waiting(due_before=now - _PATIENCE).filter(error="").count()
    return [
        Check(
            "outbox: no job is due for more than an hour",
            ok=oldest is None or oldest > now - _PATIENCE,
            detail="nothing is due" if oldest is None else f"the oldest is due since {oldest.isoformat()}",
        ),
        Check("outbox: no mail waits for more than an hour", ok=not late, detail=f"{late} late"),
    ]


def every_mail_has_its_job() -> list[Check]:
    """A mail that waits has a job that will send it; a mail that left, left once."""
    jobs = Job.objects.filter(kind="outbox.send_message").exclude(state=JobState.DONE)
    served = set(jobs.values_list("payload__message_id", flat=True))
    waiting = set(
        Message.objects.filter(state__in=[MessageState.WAITING, MessageState.SENDING]).values_list("pk", flat=True)
    )
    lost = sorted(waiting - served)
    return [
        Check(
            "outbox: every waiting mail has a job that sends it",
            ok=not lost,
            detail=f"messages without job: {lost[:10]}" if lost else f"{len(waiting)} waiting",
        )
    ]
