"""Questions about submissions: what waits for a person, and since when."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db.models import Q

from chorus.models import Pace, Submission
from chorus.states import SubmissionState
from chorus.wiring import environment

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

STUCK_AFTER: Final = timedelta(hours=24)
_MOVING: Final = (
    SubmissionState.READY,
    SubmissionState.SENDING,
    SubmissionState.DEPOSITED,
    SubmissionState.UNKNOWN,
)


def stuck(*, at: datetime) -> QuerySet[Submission]:
    """Documents that should have gone on by themselves and stand for a day, oldest first. Staff look at them.

    A credit note that waits for its invoice is not one of them: its invoice is.
    """
    standing = Submission.objects.filter(state__in=_MOVING, state_at__lt=at - STUCK_AFTER)
    waits_for_its_invoice = Q(invoice__original__submission__state__in=[*_MOVING, SubmissionState.REJECTED])
    lone = standing.exclude(waits_for_its_invoice & Q(state=SubmissionState.READY))
    return lone.select_related("invoice__customer").order_by("state_at", "pk")


def held() -> QuerySet[Submission]:
    """Documents that staff decide about, oldest first."""
    found = Submission.objects.filter(state=SubmissionState.HELD)
    return found.select_related("invoice__customer").order_by("state_at", "pk")


def trouble() -> Pace | None:
    """How long nothing leaves any more and why; None while all is well."""
    return Pace.objects.filter(environment=environment(), failures__gt=0).first()


def unknown_since(moment: datetime) -> QuerySet[Submission]:
    """Documents of unknown outcome that are so since before that moment."""
    return Submission.objects.filter(state=SubmissionState.UNKNOWN, state_at__lt=moment).order_by("state_at", "pk")
