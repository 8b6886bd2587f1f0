"""What providers tell us: kept as it came, then used as a hint to go and look."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import F, Max

from outbox.services import enqueue
from payments.models import EventState, Payment, Provider, WebhookEvent
from payments.services.hearing import heard_of, look

if TYPE_CHECKING:
    from datetime import datetime

    from payments.gateways.base import Gateway, News

APPLY: Final = "payments.apply_event"
TRIES: Final = 8
"""Failures before the work on an event is given up; a redelivery or a member of staff starts it again."""
_OVERLAP = timedelta(hours=1)
_FIRST_LOOK = timedelta(days=3)
_OPEN = (EventState.RECEIVED, EventState.FAILED)


def receive(news: News, *, provider: str = Provider.STRIPE, at: datetime) -> WebhookEvent:
    """Keep an event, and ask for the work it brings. The same event again is the same row.

    One that failed before is worked on again: the provider's repetition is a second chance, not a duplicate.
    """
    heard = news.type in heard_of(provider)
    row = WebhookEvent(
        provider=provider,
        event_id=news.event_id,
        type=news.type,
        object_id=news.object_id,
        livemode=news.livemode,
        api_version=news.api_version,
        payload=news.payload,
        state=EventState.RECEIVED if heard else EventState.IGNORED,
        received_at=at,
    )
    with transaction.atomic():
        WebhookEvent.objects.bulk_create([row], ignore_conflicts=True)
        event = WebhookEvent.objects.get(provider=provider, event_id=news.event_id)
        if event.state in _OPEN:
            _ask_for_work(event, at=at)
    return event


def apply_event(event_id: int, *, gateway: Gateway, at: datetime) -> WebhookEvent:
    """Look at what an event is about. An event is a hint: what counts is what the provider answers now.

    Raises whatever went wrong, after noting it on the event.
    """
    event = WebhookEvent.objects.get(pk=event_id)
    if event.state not in _OPEN:
        return event
    try:
        found = look(gateway.recall_news(event.payload), provider=event.provider, gateway=gateway, at=at)
    except Exception as error:
        _close(event, EventState.FAILED, at=at, error=f"{type(error).__name__}: {error}")
        raise
    state = EventState.PROCESSED if found.ours else EventState.ORPHAN
    return _close(event, state, at=at, payment=found.payment)


def replay(event_id: int, *, at: datetime) -> WebhookEvent:
    """Work on an event once more, whatever became of it. Staff ask for it."""
    with transaction.atomic():
        WebhookEvent.objects.filter(pk=event_id).update(state=EventState.RECEIVED, attempts=F("attempts") + TRIES)
        event = WebhookEvent.objects.get(pk=event_id)
        _ask_for_work(event, at=at)
    return event


def catch_up(*, gateway: Gateway, provider: str = Provider.STRIPE, at: datetime) -> int:
    """Fetch the events that did not reach us, since an hour before the last one that did. Returns how many were new.

    Raises Unsure when the provider does not answer; the next turn does it.
    """
    told = WebhookEvent.objects.filter(provider=provider)
    known = told.aggregate(last=Max("received_at"))["last"]
    since = known - _OVERLAP if known else at - _FIRST_LOOK
    news = list(gateway.news_since(since, types=heard_of(provider)))
    seen = set(told.filter(event_id__in=[each.event_id for each in news]).values_list("event_id"))
    for each in news:
        receive(each, provider=provider, at=at)
    return len({each.event_id for each in news} - {event_id for (event_id,) in seen})


def _ask_for_work(event: WebhookEvent, *, at: datetime) -> None:
    enqueue(APPLY, {"event_id": event.pk}, key=f"{APPLY}:{event.pk}:{event.attempts // TRIES}", at=at)


def _close(
    event: WebhookEvent, state: EventState, *, at: datetime, payment: Payment | None = None, error: str = ""
) -> WebhookEvent:
    event.state, event.error, event.payment = state, error, payment or event.payment
    event.attempts += state == EventState.FAILED
    event.processed_at = None if state == EventState.FAILED else at
    event.save(update_fields=["state", "error", "payment", "attempts", "processed_at"])
    return event
