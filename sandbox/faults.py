"""Faults of the API, on demand: the next calls are answered badly, late, or not at all."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from sandbox.store import Json, Store
from sandbox.wire import Ending, Request, Response

_WAITING = "faults.api"


class Kind(StrEnum):
    """What can go wrong with a call."""

    STATUS = "status"  # answered with an error status and not executed; a 500 stays under its idempotency key
    REFUSE = "refuse"  # the connection closes before anything happens
    TIMEOUT_BEFORE = "timeout_before"  # not executed; silence, then the connection closes
    DROP = "drop"  # executed; the connection closes without an answer
    TIMEOUT = "timeout"  # executed; silence, then the connection closes
    SLOW = "slow"  # executed and answered, later
    GARBAGE = "garbage"  # executed; answered with a page that is not JSON
    TRUNCATE = "truncate"  # executed; half of the answer arrives


_NOT_EXECUTED = {Kind.REFUSE, Kind.TIMEOUT_BEFORE}
_SILENT_SECONDS = {Kind.TIMEOUT: 60.0, Kind.TIMEOUT_BEFORE: 60.0, Kind.SLOW: 3.0}


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule: the next `times` calls whose path contains `path` and whose method is `method` (both empty: any)."""

    kind: Kind
    times: int = 1
    path: str = ""
    method: str = ""
    seconds: float = 0.0
    status: int = 500
    retry_after: str = ""
    executed: bool = False  # for `status`, of Stripe 500 only: the work is done, then the answer is an error
    body: str = ""  # for `status` of Chorus Pro: what is answered
    echo: bool = False  # the same: the request is what is answered

    def concerns(self, request: Request) -> bool:
        return self.path in request.path and self.method in {"", request.method}

    @property
    def wait(self) -> float:
        return self.seconds or _SILENT_SECONDS.get(self.kind, 0.0)


def read_fault(options: Json) -> Fault:
    """Read one rule from a control request; ValueError says what is wrong with it."""
    known: dict[str, Callable[[Any], Any]] = {
        "kind": Kind,
        "times": int,
        "path": str,
        "method": str,
        "seconds": float,
        "status": int,
        "retry_after": str,
        "executed": _flag,
        "body": str,
        "echo": _flag,
    }
    if unknown := set(options) - set(known):
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(known)}")
    if "kind" not in options:
        raise ValueError(f"kind is one of {', '.join(kind.value for kind in Kind)}")
    return Fault(**{name: known[name](value) for name, value in options.items() if value != ""})


def _flag(value: object) -> bool:
    return value is True or str(value).lower() in {"1", "true", "on", "yes"}


def waiting(store: Store) -> list[Json]:
    """The rules still to be applied."""
    return list(store.setting(_WAITING, []))


def add(store: Store, fault: Fault) -> None:
    with store.transaction():
        store.set_setting(_WAITING, [*waiting(store), asdict(fault)])


def clear(store: Store) -> None:
    store.set_setting(_WAITING, [])


def take(store: Store, request: Request) -> Fault | None:
    """The fault that this call must suffer, if any; one use of it is spent."""
    with store.transaction():
        rules = waiting(store)
        for place, rule in enumerate(rules):
            fault = read_fault(rule)
            if fault.concerns(request):
                left = {**rule, "times": fault.times - 1}
                rules[place : place + 1] = [left] if left["times"] else []
                store.set_setting(_WAITING, rules)
                return fault
    return None


def before(fault: Fault | None) -> Response | None:
    """The answer of a call that must not be executed; None lets it through."""
    if fault is None or fault.kind not in _NOT_EXECUTED:
        return None
    time.sleep(fault.wait)
    return Response(ending=Ending.CLOSED)


def after(fault: Fault | None, response: Response) -> Response:
    """What becomes of the answer of a call that was executed. SLOW was slow already, with its key still claimed."""
    if fault is None:
        return response
    if fault.kind in {Kind.TIMEOUT, Kind.DROP}:
        time.sleep(fault.wait)
        response.ending = Ending.CLOSED
    if fault.kind is Kind.TRUNCATE:
        response.ending = Ending.TRUNCATED
    if fault.kind is Kind.GARBAGE:
        return Response(200, b"<html><body>502 Bad Gateway</body></html>")
    return response
