"""What Stripe tells us: verified, then put in our words."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import stripe

from payments.gateways.base import News, NotAuthentic
from payments.gateways.stripe.client import ask, readable, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

_STALE_SECONDS = 300
_AHEAD_SECONDS = 60
_MOST_TYPES = 20
"""Stripe lists events of at most so many types at a time."""
_DECLINES = ("payment_intent.payment_failed", "setup_intent.setup_failed")
_SIGNATURE = re.compile(r"t=(\d{1,12})(?:,v\d=[0-9a-f]+)+")
"""One moment, then signatures; nothing else, so that two readers cannot understand two moments."""


class StripeNews:
    """The events of Stripe, by webhook or by asking."""

    def __init__(self, client: stripe.StripeClient, *, secrets: Sequence[str], livemode: bool) -> None:
        self._client = client
        self._secrets = tuple(secrets)
        self._livemode = livemode

    def read_news(self, body: bytes, signature: str, *, at: datetime) -> News:
        self._verify(body, signature, at=at)
        try:
            news = _news(json.loads(body))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise NotAuthentic("not an event") from error
        if news.livemode is not self._livemode:
            raise NotAuthentic("of another environment")
        return news

    def recall_news(self, payload: dict[str, Any]) -> News:
        return _news(payload)

    def news_since(self, moment: datetime, *, types: Sequence[str]) -> Iterator[News]:
        some = [types[start : start + _MOST_TYPES] for start in range(0, len(types), _MOST_TYPES)]
        events = [event for few in some for event in self._events(moment, few)]
        if len(some) > 1:
            events.sort(key=lambda event: event["created"])
        return iter(readable(lambda: [_news(event) for event in events]))

    def _events(self, moment: datetime, types: Sequence[str]) -> list[dict[str, Any]]:
        """The events of so few types since then, oldest first."""
        listed = ask(
            lambda: self._client.v1.events.list(
                {"types": list(types), "created": {"gte": int(moment.timestamp())}, "limit": 100}
            ),
            never_refused=True,
        )
        found = ask(lambda: [event.to_dict() for event in listed.auto_paging_iter()], never_refused=True)
        return found[::-1]

    def _verify(self, body: bytes, signature: str, *, at: datetime) -> None:
        """The signature of any of our secrets, not older than 5 minutes, and not from the future.

        Two secrets are valid while one is being replaced. The SDK checks the past only.
        """
        stamp = _SIGNATURE.fullmatch(signature)
        if stamp is None:
            raise NotAuthentic("no signature")
        age = int(at.timestamp()) - int(stamp.group(1))
        if age > _STALE_SECONDS or age < -_AHEAD_SECONDS:
            raise NotAuthentic("too old, or from the future")
        if not any(_signed_with(secret, body, signature) for secret in self._secrets):
            raise NotAuthentic("another signature")


def _signed_with(secret: str, body: bytes, signature: str) -> bool:
    try:
        stripe.WebhookSignature.verify_header(
            body, signature, secret, tolerance=None
        )  # its age was checked by our clock
    except (stripe.SignatureVerificationError, ValueError):
        return False
    return True


def _news(event: dict[str, Any]) -> News:
    """Our words for an event. Whatever is missing or of another type makes it no event at all."""
    if event["object"] != "event":
        raise ValueError(str(event["object"]))
    thing: dict[str, Any] = event["data"]["object"]
    kind = str(thing.get("object", ""))
    metadata = thing.get("metadata") or {}
    name = text(event["type"])[:100]
    return News(
        event_id=text(event["id"]),
        type=name,
        object_id=str(thing.get("id") or "")[:255],
        livemode=_flag(event["livemode"]),
        api_version=str(event.get("api_version") or "")[:40],
        payload=event,
        session_id=text(thing["id"]) if kind == "checkout.session" else "",
        intent_id=text(thing["id"]) if kind == "payment_intent" else str(thing.get("payment_intent") or ""),
        reference=str(thing.get("client_reference_id") or metadata.get("payment") or metadata.get("method") or ""),
        declined=_declined(event, thing) if name in _DECLINES else "",
    )


def _declined(event: dict[str, Any], thing: dict[str, Any]) -> str:
    """What the bank refused: the charge when there is one, so that whoever else sees it counts the same one."""
    error = thing.get("last_payment_error") or {}
    return str(error.get("charge") or text(event["id"]))


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("flag expected")
    return value
