"""How often something may be done from one place: counted by the minute, in each process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.core.cache import cache

if TYPE_CHECKING:
    from datetime import datetime

_MINUTE: Final = 60


def may_go_on(what: str, origin: str, *, per_minute: int, at: datetime) -> bool:
    """Count this time; False beyond so many in the minute of the clock. Nobody known by address shares one count."""
    key = f"throttle:{what}:{origin}:{int(at.timestamp()) // _MINUTE}"
    cache.add(key, 0, timeout=2 * _MINUTE)
    try:
        return cache.incr(key) <= per_minute
    except ValueError:  # thrown out between the two lines by a cache that is full
        return True
