"""Sending events to the product: signed, repeated until accepted, and badly on demand.

Times here are real ones, not those of the sandbox's clock: a signature is checked against the real time.
"""

from __future__ import annotations

import http.client
import json
import sqlite3
import threading
import time
from dataclasses import asdict, dataclass
from enum import StrEnum
from http import HTTPStatus
from urllib.parse import urlsplit

import stripe

from sandbox.store import Json, public
from sandbox.stripe import VERSION
from sandbox.world import World, new_id

PATH = "/webhooks/stripe/"
_MODES = "webhooks.modes"
_TIMEOUT_SECONDS = 10
_PAUSE_SECONDS = 0.05
_LONGEST_PAUSE = 600
_MOST_ATTEMPTS = 450  # about three days at the longest pause, as long as Stripe tries
_FORGERS_SECRET = "whsec_" + "f" * 32


class Delivery(StrEnum):
    """What became of the sending of an event."""

    WAITING = "WAITING"
    HELD = "HELD"  # until `release`
    QUIET = "QUIET"  # made without telling the product, on demand
    LOST = "LOST"  # dropped on demand, never sent
    DONE = "DONE"  # accepted by the product
    REFUSED = "REFUSED"  # a forged or stale copy that the product refused, as it must
    GIVEN_UP = "GIVEN_UP"


class Signing(StrEnum):
    """How the copy is signed."""

    TRUE = "TRUE"
    FORGED = "FORGED"  # by someone who does not know the secret
    STALE = "STALE"  # with the secret, an hour ago


_STALE_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Modes:
    """How events are sent from now on."""

    late: float = 0.0  # seconds before the first attempt
    copies: int = 1  # how often each event is sent
    reordered: bool = False  # the events of one action are sent last first
    held: bool = False  # nothing is sent until released
    lost: int = 0  # how many of the next events are never sent; -1 is all of them
    forged: int = 0  # how many of the next events are preceded by a copy with a wrong signature
    stale: int = 0  # how many of the next events are preceded by a copy signed an hour ago


def modes(world: World) -> Modes:
    return Modes(**world.store.setting(_MODES, {}))


def change_modes(world: World, options: Json) -> Modes:
    """Change the modes that `options` names; ValueError for a name or a value that is not one."""
    kinds = {name: type(value) for name, value in asdict(Modes()).items()}
    if unknown := set(options) - set(kinds):
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(kinds)}")
    read = {name: _flag(value) if kinds[name] is bool else kinds[name](value or 0) for name, value in options.items()}
    changed = Modes(**{**asdict(modes(world)), **read})
    if changed.copies < 1:
        raise ValueError("copies is 1 or more; to send nothing, say lost")
    world.store.set_setting(_MODES, asdict(changed))
    return changed


def _flag(value: object) -> bool:
    return value is True or str(value).lower() in {"1", "true", "on", "yes"}


def plan(world: World, event: str, *, quiet: bool) -> None:
    """Write down the sendings of a new event, as the modes want them. Called in the transaction that made the event."""
    if quiet:
        _add(world, event, Delivery.QUIET, Signing.TRUE, modes(world))
        return
    now = modes(world)
    for signing, left in ((Signing.FORGED, now.forged), (Signing.STALE, now.stale)):
        if left:
            _add(world, event, Delivery.WAITING, signing, now)
    state = Delivery.LOST if now.lost else Delivery.HELD if now.held else Delivery.WAITING
    for _copy in range(now.copies):
        _add(world, event, state, Signing.TRUE, now)
    spent = {
        name: max(getattr(now, name) - 1, -1 if getattr(now, name) < 0 else 0) for name in ("lost", "forged", "stale")
    }
    if any(getattr(now, name) for name in spent):
        change_modes(world, spent)


def _add(world: World, event: str, state: Delivery, signing: Signing, now: Modes) -> None:
    identifier = world.store.change(
        "INSERT INTO delivery (event, state, due, place, signing) VALUES (?, ?, ?, 0, ?)",
        (event, state.value, time.time() + now.late, signing.value),
    )
    place = -identifier if now.reordered else identifier
    world.store.change("UPDATE delivery SET place = ? WHERE id = ?", (place, identifier))


def release(world: World) -> int:
    """Send what was held, last first if the mode is `reordered`; returns how many."""
    with world.store.transaction():
        held = world.store.rows("SELECT id FROM delivery WHERE state = ?", (Delivery.HELD.value,))
        sign = "-" if modes(world).reordered else ""
        world.store.change(
            f"UPDATE delivery SET state = ?, due = ?, place = {sign}id WHERE state = ?",  # noqa: S608  a sign
            (Delivery.WAITING.value, time.time(), Delivery.HELD.value),
        )
        change_modes(world, {"held": False})
    return len(held)


def send_again(world: World, event: str, copies: int = 1) -> None:
    """Send an event once more, whatever became of it."""
    for _copy in range(copies):
        _add(world, event, Delivery.WAITING, Signing.TRUE, Modes())


def reset_modes(world: World) -> None:
    """Send every event once, at once, in order, as a provider in good health does."""
    world.store.set_setting(_MODES, asdict(Modes()))


def journal(world: World, count: int) -> list[Json]:
    """The newest events with what became of each of their sendings."""
    found = []
    for event in world.store.all("event", newest=count):
        rows = world.store.rows("SELECT * FROM delivery WHERE event = ? ORDER BY id", (event["id"],))
        sendings = [{name: row[name] for name in ("state", "signing", "attempts", "answer")} for row in rows]
        about = event["data"]["object"]["id"]
        found.append(
            {
                "id": event["id"],
                "type": event["type"],
                "created": event["created"],
                "about": about,
                "sendings": sendings,
            }
        )
    return found


def forged_event(world: World, name: str) -> Json:
    """The newest completed session, told once more by someone who wants to be credited twice."""
    sessions = world.store.all("checkout.session", newest=1)
    return {
        "id": new_id("evt"),
        "object": "event",
        "api_version": VERSION,
        "created": world.clock.now(),
        "data": {
            "object": {**(public(sessions[0]) if sessions else {"id": "cs_test_forged"}), "payment_status": "paid"}
        },
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": name or "checkout.session.completed",
    }


def outstanding(world: World) -> int:
    """How many sendings are still to be made."""
    return int(world.store.rows("SELECT count(*) AS n FROM delivery WHERE state = 'WAITING'")[0]["n"])


class Dispatcher(threading.Thread):
    """The thread that sends what is due, one after the other, in order."""

    def __init__(self, world: World) -> None:
        super().__init__(name="webhooks", daemon=True)
        self._world = world
        self._stopping = threading.Event()

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        """Begin with what an earlier run could not deliver, then send what becomes due."""
        self._world.store.change("UPDATE delivery SET due = 0 WHERE state = 'WAITING' AND attempts > 0")
        while not self._stopping.is_set():
            try:
                with self._world.sending:
                    idle = not self._send_one()
            except sqlite3.ProgrammingError:  # the memory was closed: we are stopping
                return
            if idle:
                self._stopping.wait(_PAUSE_SECONDS)

    def _send_one(self) -> bool:
        due = self._world.store.rows(
            "SELECT * FROM delivery WHERE state = 'WAITING' AND due <= ? ORDER BY place LIMIT 1", (time.time(),)
        )
        if not due:
            return False
        row = due[0]
        event = self._world.store.get("event", row["event"])
        if event is None:
            self._world.store.change("DELETE FROM delivery WHERE id = ?", (row["id"],))
            return True
        answer: int | str
        try:
            answer = post(self._world, event, Signing(row["signing"]))
        except (OSError, http.client.HTTPException) as error:
            answer = type(error).__name__
        self._record(row, event, answer)
        return True

    def _record(self, row: sqlite3.Row, event: Json, answer: int | str) -> None:
        attempts, signing = row["attempts"] + 1, Signing(row["signing"])
        state = _after(answer, attempts, signing)
        pause = min(2 ** min(attempts - 1, 10), _LONGEST_PAUSE)
        with self._world.store.transaction():
            self._world.store.change(
                "UPDATE delivery SET state = ?, attempts = ?, answer = ?, due = ? WHERE id = ?",
                (state.value, attempts, str(answer), time.time() + pause, row["id"]),
            )
            if state is Delivery.DONE and signing is Signing.TRUE and event["pending_webhooks"]:
                self._world.store.put({**event, "pending_webhooks": 0})


def _after(answer: int | str, attempts: int, signing: Signing) -> Delivery:
    if isinstance(answer, int) and HTTPStatus.OK <= answer < HTTPStatus.MULTIPLE_CHOICES:
        return Delivery.DONE
    if signing is not Signing.TRUE and isinstance(answer, int):
        return Delivery.REFUSED
    return Delivery.GIVEN_UP if attempts >= _MOST_ATTEMPTS else Delivery.WAITING


def post(world: World, event: Json, signing: Signing = Signing.TRUE) -> int:
    """Send the event once; returns the status of the product's answer."""
    payload = json.dumps(event, indent=2)
    address = urlsplit(world.product)
    connection_type = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    connection = connection_type(address.hostname or "localhost", address.port, timeout=_TIMEOUT_SECONDS)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        "Stripe-Signature": signature(world, payload, signing),
    }
    try:
        connection.request("POST", address.path.rstrip("/") + PATH, payload.encode(), headers)
        return connection.getresponse().status
    finally:
        connection.close()


def signature(world: World, payload: str, signing: Signing = Signing.TRUE) -> str:
    """The `Stripe-Signature` header of a payload."""
    signed_at = int(time.time()) - (_STALE_SECONDS if signing is Signing.STALE else 0)
    secret = _FORGERS_SECRET if signing is Signing.FORGED else world.webhook_secret
    header: str = stripe.WebhookSignature.generate_signature_header(payload, secret, timestamp=signed_at)
    return header
