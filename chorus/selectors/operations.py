"""How Chorus Pro is doing: what waits, how long a deposit takes, what is refused and why, when it answered last."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db.models import Count, Max, Min, Q
from django.db.models.functions import TruncDate

from chorus.explaining import explain
from chorus.models import Deposit, LifecycleEvent, Pace, Source, Submission
from chorus.states import DepositState, SubmissionState
from core.clock import PARIS, local_date

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from chorus.states import Environment

DAYS: Final = 30
_MOST_ROWS: Final = 20_000
_WAITING: Final = (SubmissionState.WAITING_REFERENCES, SubmissionState.HELD, SubmissionState.READY)
_REFUSED: Final = (DepositState.REJECTED, DepositState.REFUSED)
_TO_LEAVE: Final = (SubmissionState.READY, SubmissionState.SENDING)


@dataclass(frozen=True, slots=True)
class Now:
    """What waits now: `waiting` has not left, `to_leave` of it lacks nothing; `unknown` may have arrived."""

    waiting: int
    waiting_since: datetime | None
    to_leave: int
    to_leave_since: datetime | None
    unknown: int
    unknown_since: datetime | None
    there: int


@dataclass(frozen=True, slots=True)
class Delays:
    """Between issue and integration, of the last 30 days."""

    count: int
    median: timedelta | None
    slow: timedelta | None
    """95 of 100 were faster."""


def now_waiting() -> Now:
    """One query."""
    waiting, to_leave = Q(state__in=_WAITING), Q(state__in=_TO_LEAVE)
    unknown = Q(state=SubmissionState.UNKNOWN)
    return Now(
        **Submission.objects.order_by().aggregate(
            waiting=Count("pk", filter=waiting),
            waiting_since=Min("state_at", filter=waiting),
            to_leave=Count("pk", filter=to_leave),
            to_leave_since=Min("state_at", filter=to_leave),
            unknown=Count("pk", filter=unknown),
            unknown_since=Min("state_at", filter=unknown),
            there=Count("pk", filter=Q(state=SubmissionState.INTEGRATED)),
        )
    )


def delays(*, at: datetime) -> Delays:
    """How long it took from the issue to the integration. One query; the last 20,000 at most."""
    steps = LifecycleEvent.objects.filter(source=Source.PORTAL, code=SubmissionState.INTEGRATED)
    recent = steps.filter(at__gt=at - timedelta(days=DAYS), at__lte=at)
    pairs = recent.order_by("-at").values_list("at", "invoice__issued_at")[:_MOST_ROWS]
    found = sorted(max(done - issued, timedelta(0)) for done, issued in pairs if issued is not None)
    return Delays(len(found), _at_rank(found, 50), _at_rank(found, 95))


def rejections(*, at: datetime) -> list[tuple[str, int]]:
    """What deposits of the last 30 days were refused for, in words, the most frequent first. One query."""
    refused = Deposit.objects.filter(state__in=_REFUSED, started_at__gt=at - timedelta(days=DAYS))
    told = refused.order_by("-started_at").values_list("answer", flat=True)[:_MOST_ROWS]
    reasons = Counter(each.what for answer in told for each in explain(answer))
    return reasons.most_common()


def deposits_by_day(*, at: datetime) -> list[tuple[date, int, int]]:
    """Each of the last 30 days with how many attempts it saw, and how many of them are in. One query."""
    first = local_date(at) - timedelta(days=DAYS - 1)
    found = (
        Deposit.objects.filter(started_at__gt=at - timedelta(days=DAYS))
        .annotate(day=TruncDate("started_at", tzinfo=PARIS))
        .order_by("day")
        .values_list("day")
        .annotate(made=Count("pk"), arrived=Count("pk", filter=Q(state=DepositState.INTEGRATED)))
    )
    known = {day: (made, arrived) for day, made, arrived in found}
    days = [first + timedelta(days=number) for number in range(DAYS)]
    return [(day, *known.get(day, (0, 0))) for day in days]


def pace_of(environment: Environment) -> Pace | None:
    """Whether something stops the documents. One query."""
    return Pace.objects.filter(environment=environment).first()


def last_answer() -> datetime | None:
    """When Chorus Pro answered last about a document. One query."""
    asked = Submission.objects.order_by().aggregate(looked=Max("checked_at"), received=Max("deposited_at"))
    return max(filter(None, (asked["looked"], asked["received"])), default=None)


def _at_rank(found: Sequence[timedelta], percent: int) -> timedelta | None:
    """The value that so many of a hundred do not exceed (nearest rank)."""
    return found[max(0, -(-len(found) * percent // 100) - 1)] if found else None
