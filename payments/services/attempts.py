"""Card testing: what is started and what is refused is counted, by customer and by address, in the database."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.conf import settings

from accounts.notify import notify_staff
from core.addresses import origin_of
from payments.models import AttemptKind, CardAttempt, Method

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.db.models import QuerySet

    from accounts.models import Customer

_HOUR: Final = timedelta(hours=1)
_KEPT: Final = timedelta(days=7)
_PER_ADDRESS: Final = 3


class TooManyTopUps(Exception):
    """Too much was started within an hour, by this customer or from this address. Says when the next is possible."""

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__(f"again in {retry_after}")
        self.retry_after = retry_after


class CardsPaused(TooManyTopUps):
    """Too many cards were refused within an hour: card payments of this customer pause."""


def refuse_too_many(customer: Customer, method: Method, *, address: str, at: datetime) -> None:
    """Say no to whoever starts too much. The caller holds the customer's lock. Raises TooManyTopUps, CardsPaused.

    What counts for an address counts for all customers together, so that opening accounts does not help.
    """
    until = paused_until(customer, at=at)
    if until is not None and method == Method.CARD:
        raise CardsPaused(until - at)
    own = _lately(AttemptKind.STARTED, at=at).filter(customer=customer)
    _refuse_full(own, settings.TOP_UPS_PER_HOUR, at=at)
    if origin := origin_of(address):
        shared = _lately(AttemptKind.STARTED, at=at).filter(origin=origin)
        _refuse_full(shared, settings.TOP_UPS_PER_HOUR_FROM_ADDRESS, at=at)


def refuse_too_many_checks(customer: Customer, *, address: str, at: datetime) -> None:
    """Say no to whoever tries account numbers. The caller holds the customer's lock. Raises TooManyTopUps."""
    most = settings.IBAN_CHECKS_PER_HOUR
    _refuse_full(_lately(AttemptKind.CHECKED, at=at).filter(customer=customer), most, at=at)
    if origin := origin_of(address):
        _refuse_full(_lately(AttemptKind.CHECKED, at=at).filter(origin=origin), most * _PER_ADDRESS, at=at)


def note_check(customer: Customer, *, address: str, at: datetime) -> None:
    """Count an account number that is checked; not which one."""
    key = f"checked:{customer.pk}:{at.isoformat()}"
    _note(CardAttempt(kind=AttemptKind.CHECKED, key=key, customer=customer, origin=origin_of(address), at=at))


def note_start(customer: Customer, key: str, *, address: str, at: datetime) -> None:
    """Count a payment or a saving that starts. The same key counts once."""
    _note(CardAttempt(kind=AttemptKind.STARTED, key=key, customer=customer, origin=origin_of(address), at=at))


def note_decline(customer: Customer, attempt: str, *, at: datetime) -> None:
    """Count a card that a bank refused, once whoever tells it. The one that begins a pause is told to staff."""
    known = CardAttempt.objects.filter(key=f"declined:{attempt}").exists()
    if known:
        return
    before = paused_until(customer, at=at)
    _note(CardAttempt(kind=AttemptKind.DECLINED, key=f"declined:{attempt}", customer=customer, at=at))
    until = paused_until(customer, at=at)
    if before is None and until is not None:
        context = {"customer": customer, "until": until, "declines": settings.CARD_DECLINES_PER_HOUR}
        notify_staff("staff.cards_paused", context, key=f"paused:{customer.pk}:{attempt}", at=at)


def paused_until(customer: Customer, *, at: datetime) -> datetime | None:
    """Until when cards of this customer pause; None when they do not. One query.

    So many refusals within an hour: until the first of them is an hour old.
    """
    refused = _lately(AttemptKind.DECLINED, at=at).filter(customer=customer, forgiven_at=None)
    moments = list(refused.order_by("-at", "-pk").values_list("at", flat=True)[: settings.CARD_DECLINES_PER_HOUR])
    return moments[-1] + _HOUR if len(moments) >= settings.CARD_DECLINES_PER_HOUR else None


def forgive(customer_ids: Iterable[int], *, at: datetime) -> int:
    """Staff know these customers: what was refused so far counts no more. Returns how many refusals that were."""
    refused = CardAttempt.objects.filter(kind=AttemptKind.DECLINED, customer__in=list(customer_ids), forgiven_at=None)
    return refused.update(forgiven_at=at)


def forget_old_attempts(*, at: datetime) -> int:
    """Addresses are personal: what is older than a week is erased. Returns how many rows."""
    return CardAttempt.objects.filter(at__lt=at - _KEPT).delete()[0]


def _lately(kind: AttemptKind, *, at: datetime) -> QuerySet[CardAttempt]:
    return CardAttempt.objects.filter(kind=kind, at__gt=at - _HOUR)


def _refuse_full(started: QuerySet[CardAttempt], most: int, *, at: datetime) -> None:
    moments = list(started.order_by("-at", "-pk").values_list("at", flat=True)[:most])
    if len(moments) >= most:
        raise TooManyTopUps(moments[-1] + _HOUR - at)


def _note(row: CardAttempt) -> None:
    CardAttempt.objects.bulk_create([row], ignore_conflicts=True)
