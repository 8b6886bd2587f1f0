"""What kinds of work there are, and who does them. Apps register theirs in `<app>/jobs.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DEFAULT_QUEUE = "default"
ATTEMPTS = 8


class Handler(Protocol):
    """Does the work of one kind. Called outside any transaction, with `at` and the payload as keywords.

    It may be called again with the same payload after it did its work (a worker may die before that is noted), so it
    repeats without harm. What it returns is kept as the result of the job.
    """

    def __call__(self, **payload: Any) -> Mapping[str, Any] | None:
        """Do the work."""


Handling = TypeVar("Handling", bound="Callable[..., Mapping[str, Any] | None]")


class UnknownKind(LookupError):
    """No handler is registered for that kind of job."""


class KindTaken(ValueError):
    """Two handlers want the same kind."""


class Later(Exception):
    """Raised by a handler: nothing failed, call me again in that many seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"again in {seconds} s")
        self.seconds = seconds


class GiveUp(Exception):
    """Raised by a handler: trying again cannot help. The job fails at once; staff read the reason."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of work: its handler, its queue, how many failures it may have, and what to do when it is given up."""

    name: str
    handler: Handler
    queue: str
    attempts: int
    on_failed: Callable[..., None] | None


_kinds: dict[str, Kind] = {}


def job(
    name: str,
    *,
    queue: str = DEFAULT_QUEUE,
    attempts: int = ATTEMPTS,
    on_failed: Callable[..., None] | None = None,
) -> Callable[[Handling], Handling]:
    """Register the function below as the handler of this kind.

    `attempts` failures end it as FAILED; then `on_failed(at=…, **payload)` is called, in the transaction that says so.
    """

    def register(handler: Handling) -> Handling:
        known = _kinds.get(name)
        if known is not None and known.handler is not handler:
            raise KindTaken(f"{name} is already handled by {known.handler!r}")
        _kinds[name] = Kind(name, handler, queue, attempts, on_failed)
        return handler

    return register


def kind_of(name: str) -> Kind:
    """The kind with that name. Raises UnknownKind."""
    try:
        return _kinds[name]
    except KeyError:
        raise UnknownKind(f"no handler is registered for jobs of kind {name!r}") from None


def kinds() -> list[str]:
    """Every kind of work that is known, in order."""
    return sorted(_kinds)
