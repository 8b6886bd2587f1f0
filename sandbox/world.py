"""What every part of the sandbox shares: its memory, its clock, its addresses and its keys."""

from __future__ import annotations

import secrets
import string
import threading
from collections import deque
from contextvars import ContextVar
from dataclasses import dataclass, field

from sandbox.clock import Clock
from sandbox.store import Json, Store

MOST_CALLS = 1000
_LETTERS = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class Asked:
    """The API request being answered; events say which one made them."""

    request_id: str | None = None
    idempotency_key: str | None = None


_NOBODY = Asked()
ASKED: ContextVar[Asked] = ContextVar("asked", default=_NOBODY)


@dataclass(slots=True)
class World:
    """One sandbox.

    `product` is where webhooks go, `origin` its own address, `calls` the latest requests of the API; `sending` is held
    while an event is on its way, and taken before the store's lock, never after.
    """

    store: Store
    product: str
    origin: str = ""
    calls: deque[Json] = field(default_factory=lambda: deque(maxlen=MOST_CALLS))
    sending: threading.Lock = field(default_factory=threading.Lock)
    clock: Clock = field(init=False)
    secret_key: str = field(init=False)
    webhook_secret: str = field(init=False)

    def __post_init__(self) -> None:
        self.clock = Clock(self.store)
        self.secret_key = self._kept("stripe.secret_key", "sk_test_")
        self.webhook_secret = self._kept("stripe.webhook_secret", "whsec_")

    def _kept(self, name: str, prefix: str) -> str:
        """A secret made once for each state file, so that a restart changes nothing for the product."""
        kept = self.store.setting(name, "")
        if not kept:
            kept = prefix + letters(32)
            self.store.set_setting(name, kept)
        return str(kept)


def letters(count: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(count))


def new_id(prefix: str, length: int = 24) -> str:
    """An identifier in the provider's manner, such as pi_3k."""
    return f"{prefix}_{letters(length)}"
