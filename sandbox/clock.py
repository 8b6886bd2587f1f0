"""The sandbox's own time: real time, moved. It keeps running after being set, and survives a restart."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from sandbox.store import Store

_OFFSET = "clock.offset"


class Clock:
    """What time it is in the sandbox, in whole seconds since 1970 as Stripe writes it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pinned: ContextVar[int | None] = ContextVar("pinned", default=None)

    def now(self) -> int:
        pinned = self._pinned.get()
        return pinned if pinned is not None else int(time.time()) + self.offset

    @property
    def offset(self) -> int:
        """Seconds between the sandbox's time and the real one."""
        return int(self._store.setting(_OFFSET, 0))

    def set(self, at: int) -> None:
        """Make it `at` now."""
        self._store.set_setting(_OFFSET, at - int(time.time()))

    def advance(self, seconds: int) -> None:
        self._store.set_setting(_OFFSET, self.offset + seconds)

    def reset(self) -> None:
        """Back to the real time."""
        self._store.set_setting(_OFFSET, 0)

    @contextmanager
    def pinned(self, at: int | None) -> Iterator[None]:
        """Inside, for this thread alone, it is `at` (None: leave the time as it is)."""
        token = self._pinned.set(at)
        try:
            yield
        finally:
            self._pinned.reset(token)


def moment(text: str) -> int:
    """Read a time as people and programs write it: ISO 8601 (UTC when it names no zone) or seconds since 1970."""
    if text.lstrip("-").isdigit():
        return int(text)
    read = datetime.fromisoformat(text)
    return int((read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp())


def written(seconds: int) -> str:
    """The same moment in ISO 8601, UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()
