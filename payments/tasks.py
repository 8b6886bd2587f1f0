"""The periodic tasks of payments. They write jobs down; the outbox does them."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings

from core import clock
from outbox.services import enqueue
from payments import services
from payments.jobs import CATCH_UP


@shared_task(name="payments.tasks.sweep", ignore_result=True)  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Ask about the payments whose turn it is."""
    services.sweep(at=clock.now())


@shared_task(name="payments.tasks.catch_up", ignore_result=True)  # type: ignore[untyped-decorator]
def catch_up() -> None:
    """Fetch the events that did not reach us; one turn is one job, whoever rings."""
    at = clock.now()
    turn = int(at.timestamp()) // settings.PAYMENT_CATCH_UP_SECONDS
    enqueue(CATCH_UP, {}, key=f"{CATCH_UP}:{turn}", at=at)
