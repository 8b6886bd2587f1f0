"""Idempotency keys as Stripe keeps them: the first answer of a key is its only one for 24 hours, errors included."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus

from sandbox.store import Json
from sandbox.stripe.errors import StripeError, invalid
from sandbox.world import World

KEPT_SECONDS = 24 * 3600
MAX_KEY = 255
_in_flight: set[tuple[int, str]] = set()
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Kept:
    """The first answer of a key."""

    status: int
    body: Json
    request_id: str


def fingerprint(method: str, path: str, body: Json) -> str:
    """Two requests with the same fingerprint ask for the same thing."""
    return hashlib.sha256(json.dumps([method, path, body], sort_keys=True).encode()).hexdigest()


@contextmanager
def claimed(world: World, key: str) -> Iterator[None]:
    """Hold the key while its request is answered; a second request at the same time is told so (409)."""
    if len(key) > MAX_KEY:
        raise invalid(f"Idempotency keys are at most {MAX_KEY} characters long.")
    claim = (id(world), key)
    with _lock:
        if claim in _in_flight:
            raise StripeError(
                f"There is currently another in-progress request using this Stripe-Idempotency-Key ({key}), that "
                "probably means you submitted twice, and the other request is still going through. Try again later.",
                status=HTTPStatus.CONFLICT,
                kind="idempotency_error",
                code="idempotency_key_in_use",
                begun=False,
            )
        _in_flight.add(claim)
    try:
        yield
    finally:
        with _lock:
            _in_flight.discard(claim)


def recall(world: World, key: str, asked: str) -> Kept | None:
    """The answer kept under this key, if it is less than a day old. Other parameters under the same key are refused."""
    found = world.store.rows("SELECT * FROM answer WHERE key = ?", (key,))
    if not found or world.clock.now() - found[0]["created"] >= KEPT_SECONDS:
        return None
    if found[0]["fingerprint"] != asked:
        raise StripeError(
            "Keys for idempotent requests can only be used with the same parameters they were first used with. "
            f"Try using a key other than '{key}' if you meant to execute a different request.",
            kind="idempotency_error",
            begun=False,
        )
    return Kept(found[0]["status"], json.loads(found[0]["body"]), found[0]["request_id"])


def keep(world: World, key: str, asked: str, answer: Kept) -> None:
    world.store.change(
        "INSERT OR REPLACE INTO answer (key, fingerprint, status, body, request_id, created) VALUES (?, ?, ?, ?, ?, ?)",
        (key, asked, answer.status, json.dumps(answer.body), answer.request_id, world.clock.now()),
    )
