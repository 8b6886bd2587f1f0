"""What the health page shows besides the signs of life: the last self-check, the last news, what waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, Max

from billing_portal import heartbeats
from outbox import selectors as outbox
from outbox.models import Job, JobState
from payments.models import WebhookEvent

if TYPE_CHECKING:
    from datetime import datetime


def health_page(*, at: datetime) -> dict[str, Any]:
    """Context of the page. Four queries."""
    return {
        "now": at,
        "selfcheck": heartbeats.last(heartbeats.SELFCHECK),
        "last_event_at": WebhookEvent.objects.aggregate(last=Max("received_at"))["last"],
        "oldest_due_at": outbox.oldest_due(at=at),
        "queues": _lengths(),
    }


def _lengths() -> list[tuple[str, int]]:
    """How many jobs wait or run in each queue."""
    open_states = [JobState.WAITING, JobState.RUNNING]
    counted = Job.objects.filter(state__in=open_states).values("queue").annotate(count=Count("pk")).order_by("queue")
    return list(counted.values_list("queue", "count"))
