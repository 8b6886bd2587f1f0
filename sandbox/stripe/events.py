"""Events: what happened, told in Stripe's shape at the moment it happened, and handed to the webhooks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from sandbox.store import Json, public
from sandbox.stripe import VERSION, webhooks
from sandbox.stripe.errors import invalid, missing
from sandbox.stripe.paging import page
from sandbox.stripe.routes import endpoint
from sandbox.world import ASKED, World, new_id

KEPT_SECONDS = 30 * 24 * 3600
_MOST_TYPES = 20
_quiet: ContextVar[bool] = ContextVar("quiet", default=False)


@contextmanager
def kept_quiet(*, quiet: bool) -> Iterator[None]:
    """Inside, for this thread, events are made and listed but not sent (when `quiet`)."""
    token = _quiet.set(quiet)
    try:
        yield
    finally:
        _quiet.reset(token)


def emit(world: World, name: str, thing: Json, *, previous: Json | None = None) -> Json:
    """Tell that `name` happened to `thing`; `previous` are the attributes that an update changed, as they were."""
    asked = ASKED.get()
    content: Json = {"object": public(thing)}
    if previous is not None:
        content["previous_attributes"] = previous
    event: Json = {
        "id": new_id("evt"),
        "object": "event",
        "api_version": VERSION,
        "created": world.clock.now(),
        "data": content,
        "livemode": False,
        "pending_webhooks": 0 if _quiet.get() else 1,
        "request": {"id": asked.request_id, "idempotency_key": asked.idempotency_key},
        "type": name,
    }
    world.store.put(event)
    webhooks.plan(world, event["id"], quiet=_quiet.get())
    return event


@endpoint("GET", "/v1/events", "EventListParams", "created", "type", "types", "delivery_success", paged=True)
def list_events(world: World, parameters: Json) -> Json:
    """Events of the last 30 days: Stripe forgets the older ones."""
    where: list[tuple[str, list[object]]] = [("created >= ?", [world.clock.now() - KEPT_SECONDS])]
    types = list(parameters.get("types", []))
    if types and "type" in parameters:
        raise invalid("You may only specify one of these parameters: type, types.", param="types")
    if len(types) > _MOST_TYPES:
        raise invalid(f"At most {_MOST_TYPES} types can be given.", param="types")
    if types:
        where.append((f"json_extract(body, '$.type') IN ({', '.join('?' * len(types))})", types))
    if "type" in parameters:
        where.append(("json_extract(body, '$.type') GLOB ?", [parameters["type"]]))
    if "delivery_success" in parameters:
        sign = "=" if parameters["delivery_success"] else ">"
        where.append((f"json_extract(body, '$.pending_webhooks') {sign} 0", []))
    return page(world, "event", parameters, url="/v1/events", where=where)


@endpoint("GET", "/v1/events/{}", "EventRetrieveParams")
def retrieve(world: World, _parameters: Json, identifier: str) -> Json:
    found = world.store.get("event", identifier)
    if found is None or found["created"] < world.clock.now() - KEPT_SECONDS:
        raise missing("event", identifier)
    return found
