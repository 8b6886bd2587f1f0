"""Questions about what providers tell us, and about the money that they hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db.models import Count, Max, QuerySet

from payments.models import (
    ONLINE,
    BalanceReading,
    EventState,
    Payment,
    PaymentStatus,
    Provider,
    ProviderCursor,
    WebhookEvent,
)

if TYPE_CHECKING:
    from datetime import datetime

_SOON = timedelta(minutes=15)
_LATELY = timedelta(hours=2)
"""A reading may fall between a payment and its credit: only a gap that lasts is one."""
_TURNS_MISSED: Final = 4


@dataclass(frozen=True, slots=True)
class NewsOfProvider:
    """How the news of one provider stands: events by state, the last one, and whether its silence alarms."""

    provider: Provider
    received: int
    processed: int
    failed: int
    orphans: int
    last_at: datetime | None
    silent: bool


def failed_events() -> QuerySet[WebhookEvent]:
    """The events that could not be applied, oldest first."""
    return WebhookEvent.objects.filter(state=EventState.FAILED).order_by("received_at", "pk")


def news_of_providers(*, at: datetime) -> list[NewsOfProvider]:
    """How the news of each provider stands that ever told something or took a payment. Four queries at most."""
    counted = WebhookEvent.objects.order_by().values("provider", "state").annotate(count=Count("pk"))
    counts = {(row["provider"], row["state"]): row["count"] for row in counted}
    last = dict(
        WebhookEvent.objects.order_by()
        .values("provider")
        .annotate(last=Max("received_at"))
        .values_list("provider", "last")
    )
    paid = set(Payment.objects.order_by().values_list("provider", flat=True).distinct())
    return [
        NewsOfProvider(
            provider,
            counts.get((provider, EventState.RECEIVED), 0),
            counts.get((provider, EventState.PROCESSED), 0),
            counts.get((provider, EventState.FAILED), 0),
            counts.get((provider, EventState.ORPHAN), 0),
            last.get(provider),
            _is_silent(provider, last.get(provider), at=at),
        )
        for provider in ONLINE
        if provider in paid or provider in last
    ]


def silent_since(*, at: datetime) -> list[datetime]:
    """Since when each provider is silent that should not be."""
    return [news.last_at or _first_payment(news.provider) or at for news in news_of_providers(at=at) if news.silent]


def gaps_since(*, at: datetime) -> list[datetime]:
    """Since when what each provider holds is not what our books say, if that lasts for two hours."""
    found = []
    for provider in ONLINE:
        readings = BalanceReading.objects.filter(provider=provider).order_by("-at", "-pk")
        begun = None
        for reading in readings[:200]:
            if reading.agrees:
                break
            begun = reading.at
        if begun is not None and begun <= at - _LATELY:
            found.append(begun)
    return found


def unread_since(*, at: datetime) -> list[datetime]:
    """Since when the lists of a provider could not be read, if some turns were missed."""
    late = at - timedelta(
        seconds=_TURNS_MISSED * max(settings.PROVIDER_SYNC_SECONDS, settings.PAYMENT_CATCH_UP_SECONDS)
    )
    cursors = ProviderCursor.objects.filter(checked_at__lt=late).order_by("checked_at", "pk")
    return list(cursors.values_list("checked_at", flat=True))


def last_reading(provider: str) -> BalanceReading | None:
    """What a provider said it held when it was asked last."""
    return BalanceReading.objects.filter(provider=provider).order_by("-at", "-pk").first()


def _is_silent(provider: str, last: datetime | None, *, at: datetime) -> bool:
    """No event for NEWS_ALARM_HOURS, though a payment succeeded since the last one: its news should have come."""
    if last is not None and last > at - timedelta(hours=settings.NEWS_ALARM_HOURS):
        return False
    paid = Payment.objects.filter(provider=provider, status=PaymentStatus.SUCCEEDED, decided_at__lt=at - _SOON)
    return (paid if last is None else paid.filter(decided_at__gt=last)).exists()


def _first_payment(provider: str) -> datetime | None:
    rows = Payment.objects.filter(provider=provider, status=PaymentStatus.SUCCEEDED).order_by("decided_at", "pk")
    return rows.values_list("decided_at", flat=True).first()
