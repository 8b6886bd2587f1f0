"""Celery as a doorbell: a message says that a job is due, and nothing else. The row is the truth."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from celery import current_app

if TYPE_CHECKING:
    from collections.abc import Iterable

logger = logging.getLogger(__name__)
TASK = "outbox.tasks.run"


def ring(jobs: Iterable[tuple[int, str]], *, after_seconds: int = 0) -> int:
    """Tell the workers of each queue that a job is due; `jobs` are (id, queue). Returns how many were told.

    A broker that does not answer costs time, never work: it is logged, and the sweeper rings again.
    """
    told = 0
    for job_id, queue in jobs:
        try:
            current_app.send_task(
                TASK, args=[job_id], queue=queue, countdown=after_seconds or None, retry=False, ignore_result=True
            )
        except Exception:
            logger.warning("The broker did not answer for job %s; the sweeper will ring again.", job_id, exc_info=True)
            return told
        told += 1
    return told
