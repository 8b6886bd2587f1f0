"""All rows of a list, however many pages it has. Lists have ten rows unless more are asked for, so more are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chorus.gateways import reading
from chorus.gateways.base import Refused, Transient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from chorus.gateways.reading import Json

NOTHING_FOUND: Final = "TRA_MSG_00.015"
SIZE: Final = 100
_MOST_PAGES: Final = 1000


def all_rows(
    ask: Callable[[int], Json], *lists: str, told: str = "parametresRetour", pages: str = "pages"
) -> Iterator[Json]:
    """The rows of every page. "No result" is an empty list. Raises Transient for a list without end."""
    before: list[Json] = []
    for page in range(1, _MOST_PAGES + 1):
        try:
            said = ask(page)
        except Refused as refusal:
            if refusal.message_code == NOTHING_FOUND:
                return
            raise
        found = reading.rows(said, *lists)
        if not found or found == before:
            return
        yield from found
        last = reading.number(reading.part(said, told) or said, pages)
        if last and page >= last:
            return
        before = found
    raise Transient("TOO_MANY_PAGES")
