"""Events: what happened, told in PayPal's shape at the moment it happened, and handed to the webhooks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from urllib.parse import urlencode

from sandbox.clock import moment
from sandbox.paypal import webhooks
from sandbox.paypal.errors import Detail, invalid
from sandbox.paypal.routes import Call, endpoint
from sandbox.paypal.things import find, link, new_id, save, shown, stamp
from sandbox.store import Json
from sandbox.world import World

KIND = "paypal.event"
KEPT_SECONDS = 30 * 24 * 3600
_PATH = "/v1/notifications/webhooks-events"
_MOST, _USUAL = 300, 10
_RESOURCES = {
    "CHECKOUT.ORDER": ("checkout-order", "2.0"),
    "PAYMENT.CAPTURE": ("capture", "2.0"),
    "CUSTOMER.DISPUTE": ("dispute", ""),
    "VAULT.PAYMENT-TOKEN": ("payment_token", "3.0"),
}
_REFUNDS = {"PAYMENT.CAPTURE.REFUNDED", "PAYMENT.CAPTURE.REVERSED"}
_CONDITIONS = {
    "event_type": "json_extract(body, '$.event_type') = ?",
    "next_page_token": "(created, seq) < (SELECT created, seq FROM object WHERE id = ?)",
}
_quiet: ContextVar[bool] = ContextVar("paypal_quiet", default=False)


@contextmanager
def kept_quiet(*, quiet: bool) -> Iterator[None]:
    """Inside, for this thread, events are made and listed but not sent (when `quiet`)."""
    token = _quiet.set(quiet)
    try:
        yield
    finally:
        _quiet.reset(token)


def emit(world: World, name: str, resource: Json, summary: str) -> Json:
    """Tell that `name` happened to `resource`. The resource of a refund's event is the refund, not its capture."""
    kind, version = _RESOURCES[name.rpartition(".")[0]]
    event: Json = {
        "id": f"WH-{new_id()}-{new_id()}",
        "event_version": "1.0",
        "create_time": stamp(world),
        "resource_type": "refund" if name in _REFUNDS else kind,
        **({"resource_version": version} if version else {}),
        "event_type": name,
        "summary": summary,
        "resource": shown(resource),
    }
    event["links"] = [
        link(world, f"{_PATH}/{event['id']}", "self"),
        link(world, f"{_PATH}/{event['id']}/resend", "resend", "POST"),
    ]
    kept = save(world, KIND, event)
    webhooks.plan(world, event["id"], quiet=_quiet.get())
    return kept


@endpoint("GET", _PATH)
def list_events(world: World, call: Call) -> Json:
    """Events of the last 30 days, newest first; the next page is a link."""
    size = _page_size(call.query)
    first = max(_bound(call.query, "start_time", 0), world.clock.now() - KEPT_SECONDS)
    last = _bound(call.query, "end_time", world.clock.now())
    where = ["created BETWEEN ? AND ?"]
    values: list[object] = [first, last]
    for name, condition in _CONDITIONS.items():
        if name in call.query:
            where.append(condition)
            values.append(call.query[name])
    found = world.store.all(KIND, " AND ".join(where), values, newest=size + 1)
    page = found[:size]
    links = [link(world, f"{_PATH}?{urlencode(call.query)}", "self")]
    if len(found) > size:
        onward = urlencode({**call.query, "next_page_token": page[-1]["id"]})
        links.append(link(world, f"{_PATH}?{onward}", "next"))
    return {"events": [shown(event) for event in page], "count": len(page), "links": links}


def _page_size(query: dict[str, str]) -> int:
    given = query.get("page_size", str(_USUAL))
    if not given.isdigit() or not 1 <= int(given) <= _MOST:
        raise invalid([Detail("INVALID_PARAMETER_VALUE", "The value of a field is invalid.", "page_size", given)])
    return int(given)


def _bound(query: dict[str, str], name: str, otherwise: int) -> int:
    if name not in query:
        return otherwise
    try:
        return moment(datetime.fromisoformat(query[name]).isoformat())
    except ValueError:
        words = "The value of a field does not conform to the expected format."
        raise invalid([Detail("INVALID_PARAMETER_SYNTAX", words, name, query[name])]) from None


@endpoint("GET", f"{_PATH}/{{}}")
def retrieve(world: World, _call: Call, identifier: str) -> Json:
    return find(world, KIND, identifier)


@endpoint("POST", f"{_PATH}/{{}}/resend", status=202)
def resend(world: World, _call: Call, identifier: str) -> Json:
    event = find(world, KIND, identifier)
    webhooks.send_again(world, identifier)
    return event
