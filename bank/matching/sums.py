"""Which open documents an amount pays together."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bank.matching.known import KnownItem

_MOST_ITEMS: Final = 14
_MOST_TOGETHER: Final = 4


def documents_for(cents: int, open_items: Sequence[KnownItem]) -> tuple[str, ...]:
    """The two to four documents that sum to the amount, when there is exactly one such choice among the oldest 14."""
    items = [item for item in open_items if item.open_cents < cents][:_MOST_ITEMS]
    found: tuple[str, ...] = ()
    for count in range(2, min(_MOST_TOGETHER, len(items)) + 1):
        for chosen in combinations(items, count):
            if sum(item.open_cents for item in chosen) == cents:
                if found:
                    return ()
                found = tuple(item.document for item in chosen)
    return found
