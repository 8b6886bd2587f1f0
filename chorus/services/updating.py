"""Follow documents that are in Chorus Pro: what changed since the last time, and which of them are at their end."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Q

from chorus.locks import lock_pace, lock_submission
from chorus.models import Pace, Submission
from chorus.services import clocking, linking
from chorus.services.linking import PAYMENT_ORDERED, REFUSED
from chorus.states import SubmissionState
from chorus.transitions import move
from chorus.wiring import environment
from core.clock import local_date
from ledger import selectors as books
from outbox import services as outbox

if TYPE_CHECKING:
    from datetime import datetime

    from chorus.gateways.base import Found, Transport

_OVERLAP: Final = timedelta(days=1)
_FIRST_TIME: Final = timedelta(days=90)
FOLLOWED_AFTER_PAID: Final = timedelta(days=30)
_THERE: Final = (SubmissionState.INTEGRATED, SubmissionState.FINISHED)


def update_all(transport: Transport, *, at: datetime) -> int:
    """Keep every status that changed since the last turn, a day before it included. Returns how many were news.

    The next turn begins where this one began, once all was kept. Raises ChorusError: what was kept until then stays,
    and all is asked for again. Twice is once.
    """
    since = _followed_to(at=at) - _OVERLAP
    news = sum(_keep(found, transport, at=at) for found in transport.changed_since(since, at))
    with transaction.atomic():
        pace = lock_pace(environment())
        pace.followed_to = max(pace.followed_to or at, at)
        pace.save(update_fields=["followed_to"])
    return news


def update_one(submission: Submission, transport: Transport, *, at: datetime) -> bool:
    """Ask about one document, out of its turn. Says whether there was news. Raises ChorusError."""
    found = transport.find(str(submission.invoice.number))
    return any(_keep(each, transport, at=at) for each in found if each.chorus_id == submission.chorus_id)


def finish(*, at: datetime) -> int:
    """End the following of what is at its end. Returns how many.

    That is: payment was ordered; refused by the buyer, read and dealt with; or paid to us for thirty days, as some
    bodies never report their payment. None of this moves money. Whatever is said later is followed again.
    """
    followed = Submission.objects.filter(state=SubmissionState.INTEGRATED)
    refused = Q(chorus_status=REFUSED, dealt_at__isnull=False)
    ended = set(followed.filter(Q(chorus_status=PAYMENT_ORDERED) | refused).values_list("pk", flat=True))
    return sum(_finish(key, at=at) for key in sorted(ended | _paid_long_ago(at=at)))


def tend(*, at: datetime) -> dict[str, int]:
    """What time alone changes: days to pay that move, and what is at its end."""
    return {"moved": clocking.move_due_dates(at=at), "finished": finish(at=at)}


def _followed_to(*, at: datetime) -> datetime:
    known = Pace.objects.filter(environment=environment()).values_list("followed_to", flat=True).first()
    return known or at - _FIRST_TIME


def _keep(found: Found, transport: Transport, *, at: datetime) -> bool:
    submission = Submission.objects.filter(chorus_id=found.chorus_id, state__in=_THERE).first()
    if submission is None or not linking.is_news(submission, found):
        return False
    linking.update(submission.pk, found, transport.history(found.chorus_id), at=at)
    outbox.report(0, 0, found.number)
    return True


def _paid_long_ago(*, at: datetime) -> set[int]:
    before = local_date(at - FOLLOWED_AFTER_PAID)
    followed = Submission.objects.filter(state=SubmissionState.INTEGRATED, invoice__original__isnull=True)
    numbers = dict(followed.filter(invoice__issue_date__lte=before).values_list("invoice__number", "pk"))
    return {numbers[number] for number in books.paid_in_full_before([str(each) for each in numbers], before)}


def _finish(submission_id: int, *, at: datetime) -> bool:
    with transaction.atomic():
        submission = lock_submission(submission_id)
        if submission.state != SubmissionState.INTEGRATED:
            return False
        move(submission, SubmissionState.FINISHED, at=at)
        return True
