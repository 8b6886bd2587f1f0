"""What providers tell us: kept as it came, then used as a hint to go and look."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max

from outbox.services import enqueue
from payments.models import EventState, Payment, PaymentStatus, Provider, WebhookEvent
from payments.services.asking import ask

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from payments.gateways.base import Gateway, News

APPLY: Final = "payments.apply_event"
TRIES: Final = 8
"""Failures before the work on an event is given up; a redelivery or a member of staff starts it again."""
HEARD: Final = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "payment_intent.succeeded",
    "payment_intent.processing",
    "payment_intent.payment_failed",
    "payment_intent.canceled",
)
"""The events of Stripe that concern us. The webhook endpoint is created with this list."""
_HEARD_OF: Final[Mapping[str, tuple[str, ...]]] = {
    Provider.STRIPE: HEARD,
    Provider.PAYPAL: (
        "CHECKOUT.ORDER.APPROVED",
        "PAYMENT.CAPTURE.COMPLETED",
        "PAYMENT.CAPTURE.PENDING",
        "PAYMENT.CAPTURE.DENIED",
        "PAYMENT.CAPTURE.DECLINED",  # PayPal's pages use both names
    ),
}
_OVERLAP = timedelta(hours=1)
_FIRST_LOOK = timedelta(days=3)
_OPEN = (EventState.RECEIVED, EventState.FAILED)


class StillUnknown(Exception):
    """The provider did not answer the question that an event raised: ask again."""


def receive(news: News, *, provider: str = Provider.STRIPE, at: datetime) -> WebhookEvent:
    """Keep an event, and ask for the work it brings. The same event again is the same row.

    One that failed before is worked on again: the provider's repetition is a second chance, not a duplicate.
    """
    heard = news.type in _HEARD_OF[provider]
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
    """Look at the payment an event is about. An event is a hint: what counts is what the provider answers now.

    Raises whatever went wrong, after noting it on the event.
    """
    event = WebhookEvent.objects.get(pk=event_id)
    if event.state not in _OPEN:
        return event
    try:
        payment = _look(event, gateway=gateway, at=at)
    except Exception as error:
        _close(event, EventState.FAILED, at=at, error=f"{type(error).__name__}: {error}")
        raise
    return _close(event, EventState.PROCESSED if payment else EventState.ORPHAN, at=at, payment=payment)


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
    news = list(gateway.news_since(since, types=_HEARD_OF[provider]))
    seen = set(told.filter(event_id__in=[each.event_id for each in news]).values_list("event_id"))
    for each in news:
        receive(each, provider=provider, at=at)
    return len({each.event_id for each in news} - {event_id for (event_id,) in seen})


def _ask_for_work(event: WebhookEvent, *, at: datetime) -> None:
    enqueue(APPLY, {"event_id": event.pk}, key=f"{APPLY}:{event.pk}:{event.attempts // TRIES}", at=at)


def _look(event: WebhookEvent, *, gateway: Gateway, at: datetime) -> Payment | None:
    news = gateway.recall_news(event.payload)
    payment = _payment_of(news)
    if payment is None:
        return None
    found = ask(payment.pk, gateway=gateway, at=at, hint=news.session_id)
    if found.status == PaymentStatus.UNKNOWN:
        raise StillUnknown(found.reference)
    return found


def _payment_of(news: News) -> Payment | None:
    """Our row, by the ids that we wrote down ourselves, else by the reference that we gave to the provider.

    Whatever an event claims, the worst it can do is to make us look at one of our own payments.
    """
    ids = {"session_id": news.session_id, "intent_id": news.intent_id, "public_id": _uuid(news.reference)}
    found = (Payment.objects.filter(**{name: value}).first() for name, value in ids.items() if value)
    return next((payment for payment in found if payment is not None), None)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _close(
    event: WebhookEvent, state: EventState, *, at: datetime, payment: Payment | None = None, error: str = ""
) -> WebhookEvent:
    event.state, event.error, event.payment = state, error, payment or event.payment
    event.attempts += state == EventState.FAILED
    event.processed_at = None if state == EventState.FAILED else at
    event.save(update_fields=["state", "error", "payment", "attempts", "processed_at"])
    return event
