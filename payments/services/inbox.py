"""What providers tell us: kept as it came, then used as a hint to go and look."""

from __future__ import annotations

from datetime import timedelta
from traceback import format_exception
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import F

from core.inserting import insert_new
from core.logs import masked
from outbox.redaction import without_secrets
from outbox.services import enqueue
from payments.models import EventState, Payment, Provider, ProviderCursor, WebhookEvent
from payments.services.cursors import advance
from payments.services.hearing import SUBJECTS, heard_of, look

if TYPE_CHECKING:
    from datetime import datetime

    from outbox.services import JsonValue
    from payments.gateways.base import Gateway, News

APPLY: Final = "payments.apply_event"
TRIES: Final = 8
"""Failures before the work on an event is given up; a redelivery or a member of staff starts it again."""
STREAM: Final = "events"
_FETCHED_AT_ONCE = 1000
_REPLAYED_AT_ONCE = 500
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
        new = insert_new([row], unique=["provider", "event_id"])
        event = row if new else WebhookEvent.objects.get(provider=provider, event_id=news.event_id)
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
        event.traceback = _told(error)
        _close(event, EventState.FAILED, at=at, error=masked(f"{type(error).__name__}: {error}"))
        raise
    state = EventState.PROCESSED if found.ours else EventState.ORPHAN
    event.traceback = ""
    return _close(event, state, at=at, payment=found.payment)


def replay(event_id: int, *, at: datetime) -> WebhookEvent:
    """Work on an event once more, whatever became of it. Staff ask for it."""
    with transaction.atomic():
        WebhookEvent.objects.filter(pk=event_id).update(state=EventState.RECEIVED, attempts=F("attempts") + TRIES)
        event = WebhookEvent.objects.get(pk=event_id)
        _ask_for_work(event, at=at)
    return event


def replay_failed(*, at: datetime) -> int:
    """Work once more on every event that failed, at most 500, oldest first. Returns how many. Staff ask for it."""
    failed = WebhookEvent.objects.filter(state=EventState.FAILED).order_by("received_at", "pk")
    ids = list(failed.values_list("pk", flat=True)[:_REPLAYED_AT_ONCE])
    for event_id in ids:
        replay(event_id, at=at)
    return len(ids)


def catch_up(*, gateway: Gateway, provider: str = Provider.STRIPE, at: datetime) -> int:
    """Fetch the events that did not reach us since the last turn, with an hour of overlap. Returns how many were new.

    At most 1000 a turn, oldest first: the place is kept only when all were taken in. An event that failed gets another
    chance. Raises Unsure when the provider does not answer; the next turn does it.
    """
    news = list(gateway.news_since(_news_since(provider, at=at), types=heard_of(provider)))
    told = WebhookEvent.objects.filter(provider=provider, event_id__in=[each.event_id for each in news])
    seen = dict(told.values_list("event_id", "state"))
    fresh = [each for each in news if each.event_id not in seen]
    again = [each for each in news if seen.get(each.event_id) == EventState.FAILED]
    for each in [*fresh[:_FETCHED_AT_ONCE], *again[:_FETCHED_AT_ONCE]]:
        receive(each, provider=provider, at=at)
    new = len({each.event_id for each in fresh[:_FETCHED_AT_ONCE]})
    if len(fresh) <= _FETCHED_AT_ONCE:
        advance(provider, STREAM, at, at=at)
    return new


def repair(*, gateway: Gateway, provider: str, at: datetime) -> int:
    """Ask about the open objects of each subject that says which ones news may have missed. Returns how many.

    What goes wrong with one subject does not keep the others from being asked about; it is raised in the end.
    """
    asked, wrong = 0, None
    for subject in SUBJECTS:
        if subject.repair is None:
            continue
        try:
            asked += subject.repair(provider, gateway=gateway, at=at)
        except Exception as error:  # noqa: BLE001 - whatever it is, the other subjects come first
            wrong = wrong or error
    if wrong is not None:
        raise wrong
    return asked


def _news_since(provider: str, *, at: datetime) -> datetime:
    """A quiet provider is asked about the time since the last turn only, whenever its last event was."""
    known = ProviderCursor.objects.filter(provider=provider, stream=STREAM).values_list("read_until", flat=True).first()
    return min(known, at) - _OVERLAP if known else at - _FIRST_LOOK


def _ask_for_work(event: WebhookEvent, *, at: datetime) -> None:
    payload: dict[str, JsonValue] = {"event_id": event.pk, "provider": event.provider}
    enqueue(APPLY, payload, key=f"{APPLY}:{event.pk}:{event.attempts // TRIES}", at=at)


def _close(
    event: WebhookEvent, state: EventState, *, at: datetime, payment: Payment | None = None, error: str = ""
) -> WebhookEvent:
    event.state, event.error, event.payment = state, error, payment or event.payment
    event.attempts += state == EventState.FAILED
    event.processed_at = None if state == EventState.FAILED else at
    event.save(update_fields=["state", "error", "traceback", "payment", "attempts", "processed_at"])
    return event


def _told(error: Exception) -> str:
    """Where it failed, without secrets and card numbers, the end of it: that is where the cause is."""
    lines = without_secrets("".join(format_exception(error))).splitlines()
    return "\n".join(masked(line) for line in lines)
