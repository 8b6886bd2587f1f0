"""Who was seen alive, and when. Beat notes what it sends, workers note what they end; the health page reads.

A periodic task may be lost or late without harm, so a missing sign never stops anything: it is shown.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from celery import signals
from django.conf import settings
from django.db import DatabaseError

from billing_portal.models import Heartbeat
from core import clock

logger = logging.getLogger(__name__)
BEAT = "beat"
SELFCHECK = "selfcheck"
_MISSED = 3
"""A task is late after this many of its turns, since one turn may be lost with a worker."""
_GRACE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Sign:
    """What the health page says of one process or periodic task."""

    name: str
    every: timedelta
    seen_at: datetime | None
    ok: bool
    late: bool
    detail: str


def beat(name: str, *, at: datetime, ok: bool = True, detail: str = "") -> None:
    """Note that something happened, and how it ended. One statement."""
    row = Heartbeat(name=name, beat_at=at, ok=ok, detail=detail)
    Heartbeat.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["name"], update_fields=["beat_at", "ok", "detail"]
    )


def last(name: str) -> Heartbeat | None:
    """The last time it was seen."""
    return Heartbeat.objects.filter(name=name).first()


def signs(*, at: datetime) -> list[Sign]:
    """Beat, and each entry of its schedule, in order of the schedule."""
    seen = {row.name: row for row in Heartbeat.objects.all()}
    turns = scheduled()
    shortest = min(turns.values(), default=timedelta(minutes=1))
    return [_sign(name, every, seen.get(name), at=at) for name, every in {BEAT: shortest, **turns}.items()]


def scheduled() -> dict[str, timedelta]:
    """Each entry of the beat schedule, and how often its turn comes."""
    return {name: entry["schedule"] for name, entry in _schedule().items()}


def _schedule() -> dict[str, dict[str, Any]]:
    entries: dict[str, dict[str, Any]] = settings.CELERY_BEAT_SCHEDULE
    return entries


def _sign(name: str, every: timedelta, row: Heartbeat | None, *, at: datetime) -> Sign:
    if row is None:
        return Sign(name, every, seen_at=None, ok=False, late=True, detail="")
    late = at - row.beat_at > every * _MISSED + _GRACE
    return Sign(name, every, row.beat_at, ok=row.ok, late=late, detail=row.detail)


def _entries_of(task: str, queue: str) -> list[str]:
    """The schedule's entries that call this task on this queue."""
    default = settings.CELERY_TASK_DEFAULT_QUEUE
    return [
        name
        for name, entry in _schedule().items()
        if entry["task"] == task and entry.get("options", {}).get("queue", default) == queue
    ]


def _note(name: str, *, ok: bool = True) -> None:
    try:
        beat(name, at=clock.now(), ok=ok)
    except DatabaseError:
        logger.warning("The sign of life of %s could not be written.", name, exc_info=True)


@signals.beat_init.connect  # type: ignore[untyped-decorator]
def _watch_beat(**_context: Any) -> None:
    signals.before_task_publish.connect(_note_sending, weak=False)


def _note_sending(**_context: Any) -> None:
    _note(BEAT)


@signals.task_postrun.connect  # type: ignore[untyped-decorator]
def _note_ending(sender: Any = None, state: str = "", **_context: Any) -> None:
    delivery = getattr(sender.request, "delivery_info", None) or {}
    for name in _entries_of(sender.name, delivery.get("routing_key", "")):
        if name != SELFCHECK:  # it notes its own ending, with what is wrong
            _note(name, ok=state == "SUCCESS")
