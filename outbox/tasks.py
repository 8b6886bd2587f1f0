"""The two Celery tasks. They carry a job id and nothing else."""

from __future__ import annotations

from celery import shared_task

from core import clock
from outbox import services


@shared_task(name="outbox.tasks.run", ignore_result=True)  # type: ignore[untyped-decorator]
def run(job_id: int) -> None:
    """Do one job, if it is due and nobody else has it."""
    services.offer(job_id, at=clock.now())


@shared_task(name="outbox.tasks.sweep", ignore_result=True)  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Ring what is due and was not heard."""
    services.sweep(at=clock.now())
