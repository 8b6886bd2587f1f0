"""The periodic tasks of documents."""

from __future__ import annotations

from celery import shared_task

from core import clock
from invoices import services


@shared_task(name="invoices.tasks.expire_quotes", ignore_result=True)  # type: ignore[untyped-decorator]
def expire_quotes() -> None:
    """End the quotes whose last day is over."""
    services.expire_quotes(at=clock.now())
