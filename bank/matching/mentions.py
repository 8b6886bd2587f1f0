"""What the readers of a label hand over: a place of it, and the numbers that it may name."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bank.matching.folding import Folded


class Names(StrEnum):
    """What a mention names."""

    CUSTOMER = "CUSTOMER"
    INVOICE = "INVOICE"
    QUOTE = "QUOTE"
    PAYMENT = "PAYMENT"
    DEBIT = "DEBIT"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A number that a mention may be, in its stored form. `checked`: its check digits hold, or it is written whole."""

    value: str
    checked: bool


@dataclass(frozen=True, slots=True)
class Mention:
    """One place of a label that names something: from `start` up to, not including, `end`; the likeliest first."""

    names: Names
    candidates: tuple[Candidate, ...]
    start: int
    end: int


Found = tuple[Candidate, int]
"""A number, and where it ends in the folded text."""


def mention(folded: Folded, names: Names, start: int, found: Sequence[Found]) -> Iterator[Mention]:
    """The mention of these numbers, if there are any."""
    if found:
        first, end = folded.span(start, found[0][1])
        yield Mention(names, tuple(dict.fromkeys(one for one, _ in found)), first, end)
