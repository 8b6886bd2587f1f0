"""Rivals: several people doing things at once, each on a database connection of its own.

`race` lets calls loose together. A `Rival` keeps one transaction open and does one step after the other, so that a
test decides who comes first, and sees who waits for whom.
"""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from threading import Barrier
from typing import TYPE_CHECKING, Any, Self

from django.db import connection, transaction

if TYPE_CHECKING:
    from collections.abc import Callable

_PATIENCE = 15.0
_GLANCE = 0.5
"""SQLite does not say who waits: this long without an answer counts as waiting."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a call ended: with a value or an error."""

    value: Any = None
    error: BaseException | None = None


def race(*calls: Callable[[], Any]) -> list[Ending]:
    """Start these calls at the same moment, each in a thread; the endings come in the order of the calls."""
    start = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Ending:
        start.wait(_PATIENCE)
        try:
            return Ending(call())
        except Exception as error:  # noqa: BLE001 - the test looks at it
            return Ending(error=error)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


class Rival:
    """Somebody with a transaction open. Leaving the block undoes what was not committed."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1)
        self._block: transaction.Atomic | None = None
        self._pid = 0

    def __enter__(self) -> Self:
        self._pool.submit(self._connect).result(_PATIENCE)
        return self

    def __exit__(self, *_error: object) -> None:
        try:
            self._pool.submit(self._leave).result(_PATIENCE)
        finally:
            self._pool.shutdown(wait=False)

    def start(self, step: Callable[[], Any]) -> Future[Any]:
        """Do a step; it may have to wait. The first one opens the transaction."""
        return self._pool.submit(self._step, step)

    def do(self, step: Callable[[], Any]) -> Any:
        """Do a step that nothing should hold up."""
        return self.start(step).result(_PATIENCE)

    def commit(self) -> None:
        """Keep what was done. The next step opens another transaction."""
        self._pool.submit(self._commit).result(_PATIENCE)

    def waits(self, step: Future[Any]) -> bool:
        """Whether the step is held up by somebody's lock."""
        if connection.vendor == "sqlite":
            return not wait([step], timeout=_GLANCE).done
        patience = time.monotonic() + _PATIENCE
        while not step.done() and time.monotonic() < patience:
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM pg_locks WHERE pid = %s AND NOT granted", [self._pid])
                if cursor.fetchone()[0]:
                    return True
            wait([step], timeout=0.01)
        return False

    def _connect(self) -> None:
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                self._pid = cursor.fetchone()[0]

    def _step(self, step: Callable[[], Any]) -> Any:
        if self._block is None:
            block = transaction.atomic()
            block.__enter__()
            self._block = block
        return step()

    def _commit(self) -> None:
        block, self._block = self._block, None
        if block is not None:
            block.__exit__(None, None, None)

    def _leave(self) -> None:
        try:
            if self._block is not None:
                transaction.set_rollback(True)
                self._commit()
        finally:
            connection.close()
