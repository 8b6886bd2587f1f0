"""Do the work: take the lease, call the handler outside any transaction, note how it ended."""

from __future__ import annotations

import logging
import traceback
from contextvars import ContextVar
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection, transaction

from core import clock
from outbox import doorbell
from outbox.models import Job, JobState
from outbox.redaction import without_secrets
from outbox.registry import ATTEMPTS, GiveUp, Later, UnknownKind, kind_of
from outbox.selectors import jobs_due

if TYPE_CHECKING:
    from datetime import datetime

logger = logging.getLogger(__name__)
_LADDER = (5, 30, 120, 600, 3600, 6 * 3600, 24 * 3600)
"""Seconds to wait after the first, second … failure; the last one repeats."""
_RING_AHEAD_SECONDS = 60
"""A job due again sooner than this is rung ahead; a longer wait is left to the sweeper (brokers forget)."""
_TAKE = """
  UPDATE outbox_job
     SET failures = failures + CASE WHEN state = 'RUNNING' THEN 1 ELSE 0 END, state = 'RUNNING',
         attempts = attempts + 1, lease_until = %(end)s
   WHERE id = %(id)s AND (state = 'WAITING' AND run_after <= %(now)s OR state = 'RUNNING' AND lease_until < %(now)s)
  RETURNING *"""
"""One statement, where the ORM needs an UPDATE and a SELECT."""
_lease: ContextVar[tuple[int, int] | None] = ContextVar("outbox_lease", default=None)


class LeaseLost(Exception):
    """The worker was too slow: another one has the job now. Stop."""


def run(job_id: int, *, at: datetime) -> Job:
    """Do one job, once. A job that is not due, or that somebody else is doing, is left alone.

    Two steps around the work, so that no lock is held while it is done: take the lease, call the handler, note the
    ending. Only the holder of the lease notes it. Must not be called inside a transaction. Returns the job as it is.
    """
    offer(job_id, at=at)
    return Job.objects.get(pk=job_id)


def offer(job_id: int, *, at: datetime) -> bool:
    """As `run`, for who does not look at the job afterwards. Returns whether it was taken."""
    job = _take(job_id, at=at)
    if job is not None:
        _work(job, at=at)
    return job is not None


def run_due(*, at: datetime, kinds: tuple[str, ...] = (), limit: int = 10_000) -> int:
    """Do everything that is due, in this process, and return how many jobs were taken.

    For commands that finish their own work. Each job is offered once, so one that fails does not hold the others.
    """
    due = jobs_due(at=at)
    chosen = due.filter(kind__in=kinds) if kinds else due
    return sum(offer(job_id, at=at) for job_id in list(chosen.values_list("pk", flat=True)[:limit]))


def progress(job_id: int, *, done: int, total: int, message: str = "") -> None:
    """Say how far a long job is, and keep its lease. Raises LeaseLost when another worker took it over.

    Call it outside transactions: readers see it at once.
    """
    rows = Job.objects.filter(pk=job_id)
    held = _lease.get()
    if held is not None and held[0] == job_id:
        rows = rows.filter(state=JobState.RUNNING, attempts=held[1])
    told = rows.update(done_count=done, total_count=total, message=message[:300], lease_until=_lease_end(clock.now()))
    if not told:
        raise LeaseLost(f"job {job_id}")


def report(done: int, total: int, message: str = "") -> None:
    """As `progress`, of the job that this handler is doing; nothing outside of one. Keeps its lease.

    Raises LeaseLost when another worker took it over: stop, it does the work.
    """
    held = _lease.get()
    if held is not None:
        progress(held[0], done=done, total=total, message=message)


def _take(job_id: int, *, at: datetime) -> Job | None:
    """Lease the job, in one conditional UPDATE: of two workers exactly one gets it, on both engines.

    `attempts` grows with each lease and is the name of this one. A lease that ran out means a dead worker: a failure.
    """
    now, end = map(connection.ops.adapt_datetimefield_value, (at, _lease_end(at)))
    with transaction.atomic(durable=True):
        return next(iter(Job.objects.raw(_TAKE, {"id": job_id, "now": now, "end": end})), None)


def _lease_end(at: datetime) -> datetime:
    """By the wall clock even when `at` is a past day: a lease is about processes, not about business dates."""
    length: int = settings.OUTBOX_LEASE_SECONDS
    return max(at, clock.now()) + timedelta(seconds=length)


def _work(job: Job, *, at: datetime) -> None:
    token = _lease.set((job.pk, job.attempts))
    try:
        kind = kind_of(job.kind)
        if job.failures >= kind.attempts:
            raise GiveUp(f"The worker died {job.failures} times while doing this.")  # noqa: TRY301 - one way to fail
        result = kind.handler(at=at, **job.payload)
    except Later as later:
        _wait(job, seconds=later.seconds, at=at)
    except LeaseLost:
        logger.warning("Job %s was taken over by another worker.", job.pk)
    except Exception as error:  # noqa: BLE001 - whatever a handler raises is noted in the row, and tried again
        _fail(job, error, at=at)
    else:
        _end(job, state=JobState.DONE, result=dict(result or {}), error="", failures=job.failures, finished_at=at)
    finally:
        _lease.reset(token)


def _end(job: Job, **columns: object) -> bool:
    """Note an ending, if the lease is still ours."""
    ours = Job.objects.filter(pk=job.pk, state=JobState.RUNNING, attempts=job.attempts)
    noted = ours.update(lease_until=None, **columns)
    if not noted:
        logger.warning("Job %s ended after its lease was lost; the other worker decides.", job.pk)
    return bool(noted)


def _wait(job: Job, *, seconds: int, at: datetime, failures: int | None = None, error: str = "") -> None:
    """Put the job back for later."""
    moment = max(at, clock.now())
    due = moment + timedelta(seconds=seconds)
    waits = _end(
        job,
        state=JobState.WAITING,
        run_after=due,
        rung_at=due if seconds <= _RING_AHEAD_SECONDS else moment,
        failures=job.failures if failures is None else failures,
        error=error,
    )
    if waits and seconds <= _RING_AHEAD_SECONDS:
        transaction.on_commit(partial(doorbell.ring, [(job.pk, job.queue)], after_seconds=seconds))


def _fail(job: Job, error: Exception, *, at: datetime) -> None:
    """Note the failure: try again later, or give the job up and say why."""
    failures = job.failures + 1
    report = without_secrets("".join(traceback.format_exception(error)))
    logger.warning("Job %s (%s) failed: %s", job.pk, job.kind, type(error).__name__)
    if not isinstance(error, GiveUp) and failures < _attempts(job):
        _wait(job, seconds=_LADDER[min(failures, len(_LADDER)) - 1], at=at, failures=failures, error=report)
        return
    with transaction.atomic():
        if _end(job, state=JobState.FAILED, failures=failures, error=report, finished_at=at):
            _tell_of_failure(job, at=at)


def _attempts(job: Job) -> int:
    """How many failures the job may have. A kind unknown here may be known to the next release: it is tried again."""
    try:
        return kind_of(job.kind).attempts
    except UnknownKind:
        return ATTEMPTS


def _tell_of_failure(job: Job, *, at: datetime) -> None:
    try:
        told = kind_of(job.kind).on_failed
    except UnknownKind:
        return
    if told is not None:
        told(at=at, **job.payload)
