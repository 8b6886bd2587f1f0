"""Whether documents may leave now, and how many: after trouble one tries first, and the rest follow gently."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import transaction

from chorus.locks import lock_pace
from chorus.models import Deposit, Pace
from chorus.wiring import environment

if TYPE_CHECKING:
    from datetime import datetime

_FIRST_SECONDS: Final = 60
_LONGEST_SECONDS: Final = 3600
_DOUBLINGS: Final = 6
MINUTE: Final = timedelta(minutes=1)
_WHY_LENGTH: Final = 500


def may_leave(*, at: datetime) -> int:
    """How many documents may leave in the minute that ends now: none while stopped after trouble."""
    pace = Pace.objects.filter(environment=environment()).first()
    if pace is not None and pace.stopped_until is not None and at < pace.stopped_until:
        return 0
    left: int = settings.CHORUS_DEPOSITS_PER_MINUTE
    return max(0, left - Deposit.objects.filter(started_at__gt=at - MINUTE, started_at__lte=at).count())


def trouble(why: str, *, at: datetime, retry_after: int = 0) -> datetime:
    """Stop for a minute, then for twice as long after each further failure, an hour at most. Returns until when.

    Longer only when the service itself asked for it (`retry_after`, seconds).
    """
    with transaction.atomic():
        pace = lock_pace(environment())
        seconds = min(_LONGEST_SECONDS, _FIRST_SECONDS << min(pace.failures, _DOUBLINGS))
        pace.failures += 1
        pace.stopped_since = pace.stopped_since or at
        pace.stopped_until = at + timedelta(seconds=max(seconds, retry_after))
        pace.stopped_why = why[:_WHY_LENGTH]
        pace.save()
        return pace.stopped_until


def all_is_well() -> None:
    """A call was answered: documents leave again. Nothing is written when nothing had stopped them."""
    stopped = Pace.objects.filter(environment=environment(), failures__gt=0)
    stopped.update(failures=0, stopped_until=None, stopped_since=None, stopped_why="")
