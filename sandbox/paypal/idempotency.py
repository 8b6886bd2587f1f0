"""`PayPal-Request-Id`: the same id on the same address is the same request, answered with what became of it since.

An error that was an answer (422) is given again too, so a new attempt needs a new id. Orders are remembered for
6 hours, everything else for 45 days.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sandbox.paypal.errors import Detail, conflict, invalid, refused
from sandbox.store import Json
from sandbox.world import World

_ORDER_SECONDS, _OTHER_SECONDS = 6 * 3600, 45 * 24 * 3600
_LONGEST = 108
_in_flight: set[tuple[int, str]] = set()
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Kept:
    """How a request ended: the object it made, or the error that it was answered with."""

    status: int
    kind: str
    content: Json


def key_of(method: str, path: str, request_id: str) -> str:
    """The name under which a request is remembered; nothing when it is not."""
    if not request_id or method != "POST":
        return ""
    if len(request_id) > _LONGEST:
        raise invalid([Detail("INVALID_STRING_LENGTH", f"PayPal-Request-Id is at most {_LONGEST} characters long.")])
    return f"paypal {path} {request_id}"


@contextmanager
def claimed(world: World, key: str) -> Iterator[None]:
    """Hold the key while its request is answered; a second request at the same time is told so (409)."""
    claim = (id(world), key)
    with _lock:
        if key and claim in _in_flight:
            raise conflict()
        _in_flight.add(claim)
    try:
        yield
    finally:
        with _lock:
            _in_flight.discard(claim)


def recall(world: World, key: str, body: Json) -> Kept | None:
    """How the request of that key ended. Another body under the same key is refused."""
    found = world.store.rows("SELECT * FROM answer WHERE key = ?", (key,)) if key else []
    life = _ORDER_SECONDS if "/checkout/orders" in key else _OTHER_SECONDS
    if not found or world.clock.now() - found[0]["created"] >= life:
        return None
    if found[0]["fingerprint"] != _fingerprint(body):
        raise refused("DUPLICATE_REQUEST_ID", "The value of PayPal-Request-Id header has already been used.")
    return Kept(found[0]["status"], found[0]["request_id"], json.loads(found[0]["body"]))


def keep(world: World, key: str, body: Json, ended: Kept) -> None:
    if key:
        world.store.change(
            "INSERT OR REPLACE INTO answer (key, fingerprint, status, body, request_id, created)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (key, _fingerprint(body), ended.status, json.dumps(ended.content), ended.kind, world.clock.now()),
        )


def _fingerprint(body: Json) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
