"""Questions about the work that waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from outbox.models import Job, JobState, Message, MessageState

if TYPE_CHECKING:
    from datetime import datetime


def jobs_due(*, at: datetime) -> QuerySet[Job]:
    """Jobs that could run now: waiting and due, or held by a worker whose lease is over. Oldest first."""
    waiting = Q(state=JobState.WAITING, run_after__lte=at)
    abandoned = Q(state=JobState.RUNNING, lease_until__lt=at)
    return Job.objects.filter(waiting | abandoned).order_by("run_after", "pk")


def jobs_to_ring(*, at: datetime, quiet_since: datetime) -> QuerySet[Job]:
    """Jobs due for which nobody rang since `quiet_since`. Oldest first."""
    return jobs_due(at=at).filter(rung_at__lte=quiet_since)


def oldest_due(*, at: datetime) -> datetime | None:
    """Since when the oldest due job waits, or None when nothing does."""
    return jobs_due(at=at).values_list("run_after", flat=True).first()


def failed_jobs() -> QuerySet[Job]:
    """Jobs that were given up, latest first: somebody has to look at them."""
    return Job.objects.filter(state=JobState.FAILED).order_by("-finished_at", "-pk")


def messages_of(owner: str) -> QuerySet[Message]:
    """Mails of an owner (`customer:12`, `user:3`), latest first."""
    return Message.objects.filter(owner=owner).order_by("-created_at", "-pk")


def messages_waiting(*, due_before: datetime) -> QuerySet[Message]:
    """Mails that should have left before that moment and have not. Oldest first."""
    unsent = (MessageState.WAITING, MessageState.SENDING)
    return Message.objects.filter(state__in=unsent, not_before__lt=due_before).order_by("not_before", "pk")
