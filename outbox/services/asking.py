"""Ask for work: write the job down in the caller's transaction, ring once it is committed, ring again when due."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from django.conf import settings
from django.db import transaction

from core import clock
from core.inserting import insert_new
from outbox import doorbell
from outbox.models import Job, JobState
from outbox.registry import kind_of
from outbox.selectors import jobs_to_ring

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

JsonValue: TypeAlias = str | int | bool | list["JsonValue"] | dict[str, "JsonValue"] | None
_RUNG_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class NewJob:
    """One job to ask for. `key` names the fact: the same key is the same job, whoever asks."""

    kind: str
    key: str
    payload: Mapping[str, JsonValue] = field(default_factory=dict)
    run_after: datetime | None = None
    queue: str = ""
    owner: str = ""


def enqueue(
    kind: str,
    payload: Mapping[str, JsonValue],
    *,
    key: str,
    at: datetime,
    run_after: datetime | None = None,
    queue: str = "",
    owner: str = "",
) -> Job:
    """Ask for one job. Promise and errors as `enqueue_many`."""
    return enqueue_many([NewJob(kind, key, payload, run_after, queue, owner)], at=at)[0]


def enqueue_many(asked: Sequence[NewJob], *, at: datetime) -> list[Job]:
    """Write jobs down in the caller's transaction, and ring when it commits. One statement, two when some exist.

    A key that exists gives the job that exists, whatever its state; two processes may ask at once. A job without
    `run_after` is due as soon as it is committed, also when `at` is a rehearsal date in the future.
    Raises UnknownKind when nobody handles the kind.
    """
    fresh = [_row(new, at=at) for new in asked]
    by_key = {job.key: job for job in insert_new(fresh, unique=["key"])}
    if known := {new.key for new in asked} - by_key.keys():
        by_key |= {job.key: job for job in Job.objects.filter(key__in=known)}
    jobs = [by_key[new.key] for new in asked]
    due = [(job.pk, job.queue) for job in jobs if job.state == JobState.WAITING and job.run_after <= clock.now()]
    transaction.on_commit(partial(doorbell.ring, due))
    return jobs


def _row(new: NewJob, *, at: datetime) -> Job:
    present = clock.now()
    return Job(
        kind=new.kind,
        key=new.key,
        payload=dict(new.payload),
        queue=new.queue or kind_of(new.kind).queue,
        owner=new.owner,
        run_after=new.run_after or min(at, present),
        rung_at=present,
        created_at=at,
    )


def sweep(*, at: datetime) -> int:
    """Ring the jobs that are due and were not heard, and those whose worker died. Returns how many were rung.

    A bounded batch, oldest first; one that was rung within the last OUTBOX_SWEEP_SECONDS is left to its worker.
    """
    quiet_since = at - timedelta(seconds=settings.OUTBOX_SWEEP_SECONDS)
    found = list(jobs_to_ring(at=at, quiet_since=quiet_since).values_list("pk", "queue")[:_RUNG_AT_ONCE])
    told = doorbell.ring(found)
    Job.objects.filter(pk__in=[pk for pk, _ in found[:told]]).update(rung_at=at)
    return told


def retry(job_id: int, *, at: datetime) -> bool:
    """Give a failed job all its attempts again, now. Staff ask for it; False when it had not failed."""
    renewed = Job.objects.filter(pk=job_id, state=JobState.FAILED).update(
        state=JobState.WAITING, failures=0, run_after=at, finished_at=None, rung_at=at
    )
    if renewed:
        queue = Job.objects.values_list("queue", flat=True).get(pk=job_id)
        transaction.on_commit(partial(doorbell.ring, [(job_id, queue)]))
    return bool(renewed)
