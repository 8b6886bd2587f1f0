"""Announce a transfer, take the announcement back, and ask about what did not come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import transaction

from bank import locks
from bank.announced_transitions import move, note
from bank.models import AnnouncedState, AnnouncedTransfer
from bank.selectors.announced import announced_since, announced_to_expire, expired_since, waiting_of
from bank.services.telling import tell_missing
from core.clock import local_date
from core.money import ZERO, Money
from ledger import selectors as books
from ledger import services as ledger
from payments.target import add_target_days

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from uuid import UUID

    from accounts.models import Customer, User

MOST: Final = Money(100_000_000_00)
AT_ONCE: Final = 5
"""Announced and not come yet, of one customer."""
IN_A_DAY: Final = 20
BACK_DAYS: Final = 4
"""A transfer sent so many bank days ago would be here, or will be within a day."""
AHEAD: Final = timedelta(days=14)
AHEAD_OF_PUBLIC: Final = timedelta(days=30)
"""A public accountant has as long to pay (CCP art. R2192-10 to R2192-11)."""
_TRUST: Final = 2
_REMEMBERED: Final = timedelta(days=60)
_DAY: Final = timedelta(days=1)


class NotAnnounceable(Exception):
    """Why an announcement is not taken. Nothing was written."""


class AmountRefused(NotAnnounceable):
    """Nothing, less than nothing, or more than a transfer can be."""


class DayRefused(NotAnnounceable):
    """The day is too far: `first` to `last` are possible."""

    def __init__(self, first: date, last: date) -> None:
        super().__init__(f"{first.isoformat()} to {last.isoformat()}")
        self.first, self.last = first, last


class TooManyAnnounced(NotAnnounceable):
    """Enough are waited for, or enough were announced within a day."""


class NotDue(NotAnnounceable):
    """A document that is not open, or not this customer's."""


class NotWithdrawable(Exception):
    """It came, or was asked about, or was withdrawn before."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a customer says: how much, on which day, for which documents. `once` names the form that says it."""

    amount: Money
    sent_on: date
    once: UUID
    documents: Sequence[str] = ()


def days_to_announce(customer: Customer, *, on: date) -> tuple[date, date]:
    """The first and the last day on which a transfer that is announced on that day may have been sent, or will be."""
    ahead = AHEAD_OF_PUBLIC if customer.is_public else AHEAD
    return add_target_days(on, -min(BACK_DAYS, settings.ANNOUNCED_TRANSFER_DAYS)), on + ahead


@transaction.atomic
def announce(customer: Customer, said: Announcement, *, by: User | None, at: datetime) -> AnnouncedTransfer:
    """Write down that a transfer is on its way: reminders wait for it ANNOUNCED_TRANSFER_DAYS days of the banks.

    The same form sent twice is one announcement. After two that did not come within 60 days, a new one holds no
    reminder. Raises AmountRefused, DayRefused, TooManyAnnounced, NotDue.
    """
    ledger.lock_customers([customer.pk])
    known = AnnouncedTransfer.objects.filter(customer=customer, once=said.once).first()
    if known is not None:
        return known
    _check(customer, said, at=at)
    announced = AnnouncedTransfer.objects.create(
        once=said.once,
        customer=customer,
        amount_cents=said.amount.cents,
        documents=list(said.documents),
        sent_on=said.sent_on,
        waits_until=add_target_days(said.sent_on, settings.ANNOUNCED_TRANSFER_DAYS),
        holds=expired_since(customer.pk, at - _REMEMBERED) < _TRUST,
        announced_at=at,
        announced_by=by,
        updated_at=at,
    )
    note(announced, "announced", at=at, by=by)
    return announced


@transaction.atomic
def withdraw_announced(announced_id: int, *, by: User | None, at: datetime) -> AnnouncedTransfer:
    """Take an announcement back: nothing is waited for any more. Twice is once. Raises NotWithdrawable."""
    announced = locks.lock_announced(announced_id)
    if announced.state == AnnouncedState.WITHDRAWN:
        return announced
    if not announced.is_open:
        raise NotWithdrawable(announced.state)
    move(announced, AnnouncedState.WITHDRAWN, at=at, by=by)
    return announced


def expire_announced(*, at: datetime) -> int:
    """End the announcements whose last day is over, one after the other, and ask each customer once. How many."""
    return sum(_expire(pk, at=at) for pk in announced_to_expire(local_date(at)))


@transaction.atomic
def _expire(announced_id: int, *, at: datetime) -> bool:
    announced = locks.lock_announced(announced_id)
    if not announced.is_open or announced.waits_until >= local_date(at):
        return False  # it came, or was withdrawn, meanwhile
    announced.asked_at = at
    move(announced, AnnouncedState.EXPIRED, at=at)
    tell_missing(announced, at=at)
    return True


def _check(customer: Customer, said: Announcement, *, at: datetime) -> None:
    if not ZERO < said.amount <= MOST:
        raise AmountRefused(str(said.amount.cents))
    first, last = days_to_announce(customer, on=local_date(at))
    if not first <= said.sent_on <= last:
        raise DayRefused(first, last)
    if len(waiting_of(customer)) >= AT_ONCE or announced_since(customer.pk, at - _DAY) >= IN_A_DAY:
        raise TooManyAnnounced(customer.number)
    if not set(said.documents) <= {item.document_ref for item in books.open_items(customer.pk)}:
        raise NotDue(", ".join(said.documents))
