"""The days that the law gives a public buyer: they run from when it has the document, and stop while it is suspended.

Code de la commande publique, art. R. 2192-10 (how many days), R. 2192-12 and following (from when). What the document
prints stays; the day to pay in the ledger moves, so that a document that waits is not late.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from chorus.models import Submission
from chorus.states import SubmissionState
from core.clock import days_after, local_date
from invoices.parties import Buyer
from ledger import selectors as books
from ledger import services as ledger

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from chorus.gateways.base import HistoryStep

_BEGINS: Final = "MISE_A_DISPOSITION"
_STOPS: Final = "SUSPENDUE"
_DAY_SECONDS: Final = 86_400


@dataclass(frozen=True, slots=True)
class Clock:
    """From when the buyer's days run, since when they are stopped, and how long they were stopped before."""

    available_at: datetime
    suspended_at: datetime | None
    suspended_seconds: int


@dataclass(frozen=True, slots=True)
class PaymentClock:
    """The buyer's days: how many, the last one as things are, how many are left (negative: late).

    `due_on` is None while the document is not with its buyer. While stopped, it moves by a day each day.
    """

    days: int
    due_on: date | None
    days_left: int
    is_stopped: bool


def clock_of(history: Sequence[HistoryStep], *, integrated_at: datetime) -> Clock:
    """Read the clock off the history: the same history gives the same clock. Any word may follow any other.

    It begins when the document was first made available, or with its integration where that is not told. A suspension
    ends with the next word that is not one.
    """
    steps = sorted(history, key=lambda step: step.at)
    begun = next((step.at for step in steps if step.code == _BEGINS), None)
    since: datetime | None = None
    stopped = timedelta()
    for step in steps:
        if step.code == _STOPS:
            since = since or step.at
        elif since is not None:
            stopped += step.at - since
            since = None
    return Clock(begun or integrated_at, since, int(stopped.total_seconds()))


def payment_clock(submission: Submission, on: date) -> PaymentClock:
    """Where the buyer's days stand on that day."""
    days = days_of(submission)
    if submission.available_at is None:
        return PaymentClock(days, None, days, is_stopped=True)
    stopped = timedelta(seconds=submission.suspended_seconds)
    if submission.suspended_at is not None:
        stopped += timedelta(days=max(0, (on - local_date(submission.suspended_at)).days))
    due_on = days_after(local_date(submission.available_at), days + _whole_days(stopped))
    return PaymentClock(days, due_on, (due_on - on).days, is_stopped=submission.suspended_at is not None)


def days_of(submission: Submission) -> int:
    """How many days its kind of body has, as the document says; on older ones, from issue to due date as printed."""
    invoice = submission.invoice
    if told := Buyer.thawed(invoice.buyer).days_from_receipt:
        return told
    first = invoice.replaces or invoice
    if first.issue_date is None or first.due_date is None:
        raise TypeError(f"{invoice} is not issued")
    return (first.due_date - first.issue_date).days


def move_due_date(submission: Submission, *, at: datetime) -> bool:
    """Write the day to pay into the ledger: the clock's, or the full days from today while the buyer has nothing."""
    invoice = submission.invoice
    if invoice.is_credit_note or invoice.number is None:
        return False
    today = local_date(at)
    due_on = payment_clock(submission, today).due_on or days_after(today, days_of(submission))
    return ledger.move_due_date(invoice.number, due_on)


def move_due_dates(*, at: datetime) -> int:
    """Move the days to pay of what waits or is suspended, which move by a day each day. Returns how many moved."""
    waits = [state for state in SubmissionState if state not in (SubmissionState.WITHDRAWN, SubmissionState.FINISHED)]
    found = Submission.objects.filter(state__in=waits, invoice__original__isnull=True)
    moving = found.filter(available_at=None) | found.filter(suspended_at__isnull=False)
    rows = list(moving.select_related("invoice__replaces").order_by("pk"))
    dues = books.dues_of([str(each.invoice.number) for each in rows])
    open_ones = [each for each in rows if (due := dues.get(str(each.invoice.number))) and due.open.cents > 0]
    return sum(move_due_date(each, at=at) for each in open_ones)


def _whole_days(length: timedelta) -> int:
    return -(-int(length.total_seconds()) // _DAY_SECONDS)
