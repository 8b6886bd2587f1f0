"""A label as banks mangle it, folded into capitals without accents; each sign knows where it stood."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_UNSEEN: Final = dict.fromkeys((*range(32), 127), " ")


@dataclass(frozen=True, slots=True)
class Folded:
    """`text` is what is searched; `places[i]` is where its sign i stood in the label."""

    text: str
    places: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where that part stood in the label: from, and up to but not including."""
        return self.places[start], self.places[end - 1] + 1


def fold(label: str) -> Folded:
    """The label in capitals A to Z, digits and punctuation; every kind of space is a space."""
    if label.isascii():
        return Folded(label.upper().translate(_UNSEEN), range(len(label)))
    signs: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(label):
        for part in _plain(sign):
            signs.append(part)
            places.append(place)
    return Folded("".join(signs), tuple(places))


@lru_cache(maxsize=1_000)
def _plain(sign: str) -> str:
    plain = "".join(part for part in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(part)).upper()
    kept = "".join(part for part in plain if part.isascii() and part.isprintable())
    return kept if kept.strip() else "-" if unicodedata.category(sign) == "Pd" else " "
