"""What PayPal tells us: verified, then put in our words."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from payments.gateways.base import News, NotAuthentic, Unsure
from payments.gateways.paypal.door import readable, text
from payments.gateways.paypal.webhook import Transmission

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from payments.gateways.paypal.api import Json
    from payments.gateways.paypal.door import Door
    from payments.gateways.paypal.webhook import Verifier

_EVENTS: Final = "v1/notifications/webhooks-events"
_PAGE_SIZE: Final = 300
_MOST_PAGES = 100


class PayPalNews:
    """The events of PayPal, by webhook or by asking."""

    def __init__(self, door: Door, *, verifier: Verifier, livemode: bool) -> None:
        self._door = door
        self._verifier = verifier
        self._livemode = livemode

    def read_news(self, body: bytes, signature: str, *, at: datetime) -> News:
        """`signature` is what `Transmission` packs. Raises NotAuthentic; Unsure when PayPal is needed and silent."""
        self._verifier.verify(body, Transmission.unpacked(signature), at=at)
        try:
            return self.recall_news(json.loads(body))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise NotAuthentic("not an event") from error

    def recall_news(self, payload: dict[str, Any]) -> News:
        return _news(payload, livemode=self._livemode)

    def news_since(self, moment: datetime, *, types: Sequence[str]) -> Iterator[News]:
        start = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        path = f"{_EVENTS}?{urlencode({'page_size': _PAGE_SIZE, 'start_time': start})}"
        newest_first: list[News] = []
        for _ in range(_MOST_PAGES):
            page = self._door.get(path, never_refused=True)
            newest_first += readable(lambda read: [self.recall_news(event) for event in read["events"]], page)
            path = _next_path(page)
            if not path:
                return iter([news for news in reversed(newest_first) if news.type in types])
        raise Unsure("events without end")


def _next_path(page: Json) -> str:
    """The path of the next page of events. Its host is not followed: our token goes to one place."""
    links = page.get("links") or []
    onward = next((str(link["href"]) for link in links if link.get("rel") == "next"), "")
    return onward[onward.index(_EVENTS) :] if _EVENTS in onward else ""


def _news(event: Json, *, livemode: bool) -> News:
    """Our words for an event. Whatever is missing or of another type makes it no event at all."""
    thing: Json = event["resource"]
    kind = text(event["event_type"])
    disputed: Json = next(iter(thing.get("disputed_transactions") or []), {})
    related = (thing.get("supplementary_data") or {}).get("related_ids") or {}
    unit: Json = next(iter(thing.get("purchase_units") or []), {})
    return News(
        event_id=text(event["id"]),
        type=kind[:100],
        object_id=str(thing.get("id") or thing.get("dispute_id") or "")[:255],
        livemode=livemode,
        api_version=str(event.get("resource_version") or "")[:40],
        payload=event,
        session_id=str(
            thing["id"] if kind.startswith("CHECKOUT.ORDER.") else related.get("order_id") or _order_of(thing)
        ),
        intent_id=_capture_of(kind, thing) or str(disputed.get("seller_transaction_id") or ""),
        reference=str(thing.get("custom_id") or unit.get("custom_id") or disputed.get("custom") or ""),
    )


def _order_of(thing: Json) -> str:
    """The order that saved an account on the way."""
    return str((thing.get("metadata") or {}).get("order_id") or "")


def _capture_of(kind: str, thing: Json) -> str:
    """The capture that an event is about. Of money that goes back it is the parent, the link `up`."""
    if not kind.startswith("PAYMENT.CAPTURE."):
        return ""
    if kind.endswith((".REFUNDED", ".REVERSED")):
        up = next((str(link["href"]) for link in thing.get("links") or [] if link.get("rel") == "up"), "")
        return up.rpartition("/")[2]
    return str(thing["id"])
