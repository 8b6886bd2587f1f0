"""What must always hold of documents that go by Chorus Pro."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Final

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q

from chorus import cashing_checks
from chorus.guards import expected_triggers, installed_triggers
from chorus.models import Deposit, Submission, SupplierAction
from chorus.selectors.submissions import unknown_since
from chorus.services.linking import REFUSED
from chorus.services.opening import without_submission
from chorus.states import ACTION_OPEN, DEPOSIT_OPEN, ActionKind, ActionState, DepositState, SubmissionState
from core import clock
from core.checks import Check
from invoices.models import Invoice
from outbox.models import Job, JobState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_NAMED: Final = 5
_UNKNOWN_AT_MOST: Final = timedelta(days=7)
"""An outage of Chorus Pro may last for days; a document that nobody knows of for longer needs a person."""
_OPEN_ATTEMPT: Final[Mapping[SubmissionState, DepositState]] = {
    SubmissionState.SENDING: DepositState.SENDING,
    SubmissionState.DEPOSITED: DepositState.RECEIVED,
    SubmissionState.UNKNOWN: DepositState.UNKNOWN,
}


def documents_have_their_submission() -> list[Check]:
    """Each issued document to a public body of France has one, as soon as its issue was announced."""
    lone = list(islice(without_submission(Invoice.objects.all()), _NAMED))
    waits = Job.objects.filter(kind="invoices.announce", state__in=[JobState.WAITING, JobState.RUNNING])
    ok = not lone or waits.exists()
    return [Check("chorus: each public document has a submission", ok=ok, detail=_said(str(each) for each in lone))]


def nothing_was_deposited_twice() -> list[Check]:
    """At most one attempt of a document was received or integrated."""
    arrived = Q(deposits__state__in=[DepositState.RECEIVED, DepositState.INTEGRATED])
    twice = Submission.objects.annotate(times=Count("deposits", filter=arrived)).filter(times__gt=1)
    return [Check("chorus: nothing is deposited twice", ok=not twice.exists(), detail=_numbers(twice))]


def attempts_agree_with_their_documents() -> list[Check]:
    """A document under way has the open attempt of its state, and no other document has an open one."""
    wrong = Submission.objects.none()
    for state, attempt in _OPEN_ATTEMPT.items():
        has = Exists(Deposit.objects.filter(submission=OuterRef("pk"), state=attempt))
        wrong |= Submission.objects.filter(~has, state=state)
    opened = Exists(Deposit.objects.filter(submission=OuterRef("pk"), state__in=DEPOSIT_OPEN))
    at_rest = Submission.objects.filter(opened).exclude(state__in=_OPEN_ATTEMPT)
    found = [*_some(wrong), *_some(at_rest)]
    return [Check("chorus: attempts agree with their documents", ok=not found, detail=_said(found))]


def nothing_is_unknown_for_long() -> list[Check]:
    """A document of unknown outcome is found, or sent again, within days."""
    long = unknown_since(clock.now() - _UNKNOWN_AT_MOST)
    return [Check("chorus: no outcome is unknown for a week", ok=not long.exists(), detail=_numbers(long))]


def answers_end() -> list[Check]:
    """An answer that somebody asked for is given, or refused, within days."""
    before = clock.now() - _UNKNOWN_AT_MOST
    waiting = Submission.objects.filter(actions__state__in=ACTION_OPEN, actions__asked_at__lt=before).distinct()
    return [Check("chorus: answers end within a week", ok=not waiting.exists(), detail=_numbers(waiting))]


def rejections_are_dealt_with() -> list[Check]:
    """What was acknowledged was rejected before, and is dealt with."""
    read = SupplierAction.objects.filter(kind=ActionKind.ACKNOWLEDGE, state=ActionState.DONE)
    wrong = Submission.objects.filter(Exists(read.filter(submission=OuterRef("pk"))), dealt_at__isnull=True)
    wrong = wrong.filter(chorus_status=REFUSED)
    return [Check("chorus: acknowledged rejections are dealt with", ok=not wrong.exists(), detail=_numbers(wrong))]


def what_was_sent_is_guarded() -> list[Check]:
    """The triggers that refuse to change what was sent and what was said are there."""
    missing = sorted(expected_triggers(connection.vendor) - installed_triggers(connection))
    return [Check("chorus: guards are there", ok=not missing, detail=_said(missing))]


def payments_are_told_by_rate() -> list[Check]:
    """The payment events of each document sum to the money that paid it."""
    wrong = cashing_checks.payments_wrong()
    return [Check("chorus: payments are told by rate", ok=not wrong, detail=", ".join(wrong) or "none")]


def _some(rows: Iterable[Submission]) -> list[str]:
    return [str(each.invoice.number) for each in islice(rows, _NAMED)]


def _numbers(rows: Iterable[Submission]) -> str:
    return _said(_some(rows))


def _said(found: Iterable[str]) -> str:
    return ", ".join(found) or "none"
