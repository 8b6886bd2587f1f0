"""Sending events to the product: signed by PayPal's certificate, repeated until accepted, and badly on demand.

Times here are real ones, not those of the sandbox's clock: a signature is checked against the real time.
"""

from __future__ import annotations

import base64
import http.client
import json
import sqlite3
import threading
import time
import zlib
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from urllib.parse import urlsplit
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import rsa

from sandbox.paypal import certificates
from sandbox.paypal.things import new_id, shown
from sandbox.store import Json
from sandbox.stripe.webhooks import Delivery, Modes, Signing
from sandbox.world import World

PATH = "/webhooks/paypal/"
CERTIFICATES = "/v1/notifications/certs/"
ALGORITHM = "SHA256withRSA"
_MODES = "paypal.webhooks.modes"
_TIMEOUT_SECONDS = 10
_LONGEST_PAUSE = 600
_MOST_ATTEMPTS = 25  # over three days, PayPal says
_STALE_SECONDS = 5 * 24 * 3600


def webhook_id(world: World) -> str:
    """The id of the product's webhook, made once for each state file; part of what is signed."""
    kept = world.store.setting("paypal.webhook_id", "")
    if not kept:
        kept = new_id()
        world.store.set_setting("paypal.webhook_id", kept)
    return str(kept)


def certificate_address(world: World) -> str:
    return f"{world.origin}{CERTIFICATES}{certificates.identifier(world)}"


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


def reset_modes(world: World) -> None:
    """Send every event once, at once, in order, as a provider in good health does."""
    world.store.set_setting(_MODES, asdict(Modes()))


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
    spent = {name: _one_less(getattr(now, name)) for name in ("lost", "forged", "stale")}
    if any(getattr(now, name) for name in spent):
        change_modes(world, spent)


def _one_less(left: int) -> int:
    """-1 is for ever."""
    return left if left < 0 else max(left - 1, 0)


def _add(world: World, event: str, state: Delivery, signing: Signing, now: Modes) -> None:
    """One sending. Its transmission id and time stay the same however often it is tried, and so does its signature."""
    at = time.time() - (_STALE_SECONDS if signing is Signing.STALE else 0)
    sent = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    identifier = world.store.change(
        "INSERT INTO paypal_delivery (event, state, due, place, signing, transmission, sent)"
        " VALUES (?, ?, ?, 0, ?, ?, ?)",
        (event, state.value, time.time() + now.late, signing.value, str(uuid4()), sent),
    )
    place = -identifier if now.reordered else identifier
    world.store.change("UPDATE paypal_delivery SET place = ? WHERE id = ?", (place, identifier))


def release(world: World) -> int:
    """Send what was held, last first if the mode is `reordered`; returns how many."""
    with world.store.transaction():
        held = world.store.rows("SELECT id FROM paypal_delivery WHERE state = ?", (Delivery.HELD.value,))
        sign = -1 if modes(world).reordered else 1
        world.store.change(
            "UPDATE paypal_delivery SET state = ?, due = ?, place = id * ? WHERE state = ?",
            (Delivery.WAITING.value, time.time(), sign, Delivery.HELD.value),
        )
        change_modes(world, {"held": False})
    return len(held)


def send_again(world: World, event: str, copies: int = 1) -> None:
    """Send an event once more, whatever became of it."""
    for _copy in range(copies):
        _add(world, event, Delivery.WAITING, Signing.TRUE, Modes())


def outstanding(world: World) -> int:
    """How many sendings are still to be made."""
    return int(world.store.rows("SELECT count(*) AS n FROM paypal_delivery WHERE state = 'WAITING'")[0]["n"])


def journal(world: World, count: int) -> list[Json]:
    """The newest events with what became of each of their sendings."""
    found = []
    for event in world.store.all("paypal.event", newest=count):
        rows = world.store.rows("SELECT * FROM paypal_delivery WHERE event = ? ORDER BY id", (event["id"],))
        sendings = [{name: row[name] for name in ("state", "signing", "attempts", "answer")} for row in rows]
        about = event["resource"].get("id") or event["resource"].get("dispute_id")
        told = {"id": event["id"], "type": event["event_type"], "created": event["created"]}
        found.append({**told, "about": about, "sendings": sendings})
    return found


class Dispatcher(threading.Thread):
    """The thread that sends what is due, one after the other, in order."""

    def __init__(self, world: World) -> None:
        super().__init__(name="paypal-webhooks", daemon=True)
        self._world = world
        self._stopping = threading.Event()

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        """Send what becomes due. A reset of the sandbox waits for the one that is on its way."""
        while not self._stopping.is_set():
            try:
                with self._world.sending:
                    idle = not self._send_one()
            except sqlite3.ProgrammingError:  # the memory was closed: we are stopping
                return
            if idle:
                self._stopping.wait(0.05)

    def _send_one(self) -> bool:
        due = self._world.store.rows(
            "SELECT * FROM paypal_delivery WHERE state = 'WAITING' AND due <= ? ORDER BY place LIMIT 1", (time.time(),)
        )
        if not due:
            return False
        row = due[0]
        event = self._world.store.get("paypal.event", row["event"])
        if event is None:
            self._world.store.change("DELETE FROM paypal_delivery WHERE id = ?", (row["id"],))
            return True
        signing = Signing(row["signing"])
        try:
            answer: int | str = post(self._world, shown(event), signing, row["transmission"], row["sent"])
        except (OSError, http.client.HTTPException) as error:
            answer = type(error).__name__
        self._record(row["id"], row["attempts"] + 1, signing, answer)
        return True

    def _record(self, identifier: int, attempts: int, signing: Signing, answer: int | str) -> None:
        state = _after(attempts, signing, answer)
        pause = min(2**attempts, _LONGEST_PAUSE)
        self._world.store.change(
            "UPDATE paypal_delivery SET state = ?, attempts = ?, answer = ?, due = ? WHERE id = ?",
            (state.value, attempts, str(answer), time.time() + pause, identifier),
        )


def _after(attempts: int, signing: Signing, answer: int | str) -> Delivery:
    if isinstance(answer, int) and HTTPStatus.OK <= answer < HTTPStatus.MULTIPLE_CHOICES:
        return Delivery.DONE
    if signing is not Signing.TRUE and isinstance(answer, int):
        return Delivery.REFUSED
    return Delivery.GIVEN_UP if attempts >= _MOST_ATTEMPTS else Delivery.WAITING


def post(world: World, event: Json, signing: Signing, transmission: str, sent: str) -> int:
    """Send the event once; returns the status of the product's answer."""
    payload = json.dumps(event).encode()
    address = urlsplit(world.product)
    connection_type = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    connection = connection_type(address.hostname or "localhost", address.port, timeout=_TIMEOUT_SECONDS)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "PayPal/AUHD-214.0-58843513",
        **signed(world, payload, signing, transmission, sent),
    }
    try:
        connection.request("POST", address.path.rstrip("/") + PATH, payload, headers)
        return connection.getresponse().status
    finally:
        connection.close()


def signed(world: World, payload: bytes, signing: Signing, transmission: str, sent: str) -> dict[str, str]:
    """The headers that prove where a payload comes from."""
    message = f"{transmission}|{sent}|{webhook_id(world)}|{zlib.crc32(payload)}".encode()
    forged = signing is Signing.FORGED
    signature = certificates.sign_with(_forgers_key(), message) if forged else certificates.sign(world, message)
    return {
        "PAYPAL-TRANSMISSION-ID": transmission,
        "PAYPAL-TRANSMISSION-TIME": sent,
        "PAYPAL-TRANSMISSION-SIG": base64.b64encode(signature).decode(),
        "PAYPAL-CERT-URL": certificate_address(world),
        "PAYPAL-AUTH-ALGO": ALGORITHM,
    }


@cache
def _forgers_key() -> rsa.RSAPrivateKey:
    """Of someone who does not know PayPal's."""
    return rsa.generate_private_key(65537, 2048)
