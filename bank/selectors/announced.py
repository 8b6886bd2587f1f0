"""Questions about announced transfers: which are waited for, whose reminders wait, how long a transfer takes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db.models import Exists, OuterRef, Q

from bank.models import AnnouncedState, AnnouncedTransfer
from payments.target import is_target_day

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime
    from uuid import UUID

    from accounts.models import Customer
    from invoices.models import Invoice

_DAY: Final = timedelta(days=1)
_SHOWN_AFTER: Final = timedelta(days=45)
_SHOWN: Final = 10
_MEASURED_OVER: Final = timedelta(days=365)
_ENOUGH, _MOST_MEASURED = 20, 200
_TYPICAL_OUT_OF_TEN: Final = 9


@dataclass(frozen=True, slots=True)
class Delay:
    """How many days of the banks pass from the sending of a transfer until it is with us."""

    least: int
    most: int
    measured: bool


USUAL: Final = Delay(1, 2, measured=False)
"""Regulation (EU) 260/2012 leaves the order of a day to be credited by the next one; one more for our statement."""


def announced_open(customer_ids: Iterable[int]) -> dict[int, list[AnnouncedTransfer]]:
    """What each of these customers has announced and did not come so far, the first sent first. One query.

    Those that were asked about are among them: they may still come.
    """
    return _of(customer_ids, AnnouncedState.ANNOUNCED, AnnouncedState.EXPIRED)


def waiting_of(customer: Customer) -> list[AnnouncedTransfer]:
    """What that customer has announced and is waited for, the first sent first."""
    return _of([customer.pk], AnnouncedState.ANNOUNCED).get(customer.pk, [])


def waited_for(customer_column: str) -> Exists:
    """Whether the customer of a row of another query waits for a transfer: an answer without a query of its own."""
    return Exists(AnnouncedTransfer.objects.filter(customer=OuterRef(customer_column), state=AnnouncedState.ANNOUNCED))


def announcements_of(customer: Customer, *, at: datetime) -> list[AnnouncedTransfer]:
    """Those that are waited for, and those that ended lately; the newest first, ten at most."""
    shown = Q(state=AnnouncedState.ANNOUNCED) | Q(updated_at__gte=at - _SHOWN_AFTER)
    found = AnnouncedTransfer.objects.filter(shown, customer=customer).select_related("line")
    return list(found.order_by("-announced_at", "-pk")[:_SHOWN])


def get_announced(customer: Customer, public_id: UUID) -> AnnouncedTransfer:
    """The customer's own. Raises AnnouncedTransfer.DoesNotExist, also for another's."""
    return AnnouncedTransfer.objects.get(customer=customer, public_id=public_id)


def announced_for(invoice: Invoice) -> AnnouncedTransfer | None:
    """The transfer on its way that pays that invoice: one that names it, else one that names nothing."""
    found = _of([invoice.customer_id], AnnouncedState.ANNOUNCED).get(invoice.customer_id, [])
    naming = [each for each in found if invoice.number in each.documents]
    return next(iter(naming or [each for each in found if not each.documents]), None)


def reminders_paused_until(customer: Customer, on: date) -> date | None:
    """The last day on which no reminder goes out, because a transfer is on its way; None when they go on."""
    holding = AnnouncedTransfer.objects.filter(
        customer=customer, state=AnnouncedState.ANNOUNCED, holds=True, waits_until__gte=on
    )
    return holding.order_by("-waits_until").values_list("waits_until", flat=True).first()


def announced_to_expire(on: date) -> list[int]:
    """The ids of those whose last day is over, the oldest first."""
    late = AnnouncedTransfer.objects.filter(state=AnnouncedState.ANNOUNCED, waits_until__lt=on)
    return list(late.order_by("waits_until", "pk").values_list("pk", flat=True))


def usual_delay(*, at: datetime) -> Delay:
    """What nine out of ten of our customers' last transfers took; what banks promise, while too few were seen."""
    seen = AnnouncedTransfer.objects.filter(
        state=AnnouncedState.RECEIVED, line__isnull=False, announced_at__gte=at - _MEASURED_OVER
    )
    days = seen.order_by("-announced_at", "-pk").values_list("sent_on", "line__booked_on")[:_MOST_MEASURED]
    taken = sorted(_bank_days(sent, booked) for sent, booked in days if booked is not None)
    if len(taken) < _ENOUGH:
        return USUAL
    least, most = taken[len(taken) // 10], taken[len(taken) * _TYPICAL_OUT_OF_TEN // 10]
    return Delay(least, max(most, 1), measured=True)


def expired_since(customer_id: int, since: datetime) -> int:
    """How many did not come, of those announced since then."""
    gone = AnnouncedTransfer.objects.filter(customer=customer_id, state=AnnouncedState.EXPIRED)
    return gone.filter(announced_at__gte=since).count()


def announced_since(customer_id: int, since: datetime) -> int:
    """How many were announced since then, whatever became of them."""
    return AnnouncedTransfer.objects.filter(customer=customer_id, announced_at__gte=since).count()


def _of(customer_ids: Iterable[int], *states: AnnouncedState) -> dict[int, list[AnnouncedTransfer]]:
    """Those of these customers in these states, the first sent first. One query; none for nobody."""
    wanted = set(customer_ids)
    found: dict[int, list[AnnouncedTransfer]] = defaultdict(list)
    if wanted:
        rows = AnnouncedTransfer.objects.filter(customer__in=wanted, state__in=states)
        for each in rows.order_by("sent_on", "pk"):
            found[each.customer_id].append(each)
    return dict(found)


def _bank_days(sent: date, booked: date) -> int:
    """The TARGET days from one to the other; 0 when it came the same day, or before it was said to leave."""
    return sum(is_target_day(sent + _DAY * step) for step in range(1, (booked - sent).days + 1))
