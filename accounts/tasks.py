"""The periodic tasks of people and customers."""

from __future__ import annotations

from celery import shared_task

from accounts import services
from core import clock


@shared_task(name="accounts.tasks.expire_approvals", ignore_result=True)  # type: ignore[untyped-decorator]
def expire_approvals() -> None:
    """End the approvals that nobody decided in time."""
    services.expire_approvals(at=clock.now())


@shared_task(name="accounts.tasks.recheck_vat_numbers", ignore_result=True)  # type: ignore[untyped-decorator]
def recheck_vat_numbers() -> None:
    """Have VIES asked about the numbers whose turn it is."""
    services.recheck_vat_numbers(at=clock.now())
