"""PayPal's objects in the sandbox's memory: their ids, dates, links and amounts."""

from __future__ import annotations

import secrets
import string
from datetime import UTC, datetime

from sandbox.paypal import PREFIX
from sandbox.paypal.errors import missing
from sandbox.store import Json
from sandbox.world import World

_CAPITALS = string.ascii_uppercase + string.digits
_OURS = ("object", "created")


def new_id(length: int = 17, letters: str = _CAPITALS) -> str:
    """An identifier in PayPal's manner: 5O190127TN364715T."""
    return "".join(secrets.choice(letters) for _ in range(length))


def save(world: World, kind: str, thing: Json) -> Json:
    """Keep an object, new or changed."""
    return world.store.put({"object": kind, "created": world.clock.now(), **thing})


def find(world: World, kind: str, identifier: str) -> Json:
    """The object of that kind and id, or the 404."""
    found = world.store.get(kind, identifier)
    if found is None:
        raise missing()
    return found


def shown(thing: Json) -> Json:
    """The object as PayPal shows it: without what only the sandbox knows."""
    return {name: value for name, value in thing.items() if name not in _OURS and not name.startswith("_")}


def stamp(world: World) -> str:
    """Now, as PayPal writes it."""
    return datetime.fromtimestamp(world.clock.now(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def later_than(world: World, before: str) -> str:
    """Now, or the second after `before`: people need longer, and dates are all that tells two acts apart."""
    last = int(datetime.fromisoformat(before).timestamp())
    return datetime.fromtimestamp(max(world.clock.now(), last + 1), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def link(world: World, path: str, rel: str, method: str = "GET") -> Json:
    return {"href": f"{world.origin}{PREFIX}{path}", "rel": rel, "method": method}


def money(cents: int, currency: str = "EUR") -> Json:
    """1299 → {"currency_code": "EUR", "value": "12.99"}."""
    sign = "-" if cents < 0 else ""
    return {"currency_code": currency, "value": f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02}"}


def cents(amount: Json) -> int:
    """{"value": "12.99"} → 1299."""
    return int(str(amount["value"]).replace(".", ""))
