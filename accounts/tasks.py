"""The periodic task of people and customers."""

from __future__ import annotations

from celery import shared_task

from accounts import services
from core import clock


@shared_task(name="accounts.tasks.expire_approvals", ignore_result=True)  # type: ignore[untyped-decorator]
def expire_approvals() -> None:
    """End the approvals that nobody decided in time."""
    services.expire_approvals(at=clock.now())
