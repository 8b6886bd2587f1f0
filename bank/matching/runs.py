"""Runs of digits in a label, with what banks put between them: spaces, line ends, dashes, and letters for digits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_LIKE_DIGITS: Final = str.maketrans("OQIL|", "00111")
_NOISE: Final = re.compile(r"[ .\-_/:#*]{0,3}")
_AMOUNT_OR_DATE: Final = re.compile(
    r"[1-9][0-9]*,[0-9]{2}(?![0-9])|[0-9]{1,6}[.][0-9]{2}[ ]?EUR"
    r"|[0-9]{1,2}[/.\-][0-9]{1,2}[/.\-][0-9]{2,4}(?![0-9])|20[0-9]{2}[\-/.][0-9]{2}[\-/.][0-9]{2}(?![0-9])"
)
_AMOUNT_IN_GROUPS: Final = re.compile(r"[1-9][0-9]{0,2}(?:[ ][0-9]{3})+[,.][0-9]{2}(?![0-9])")
_ENOUGH: Final = 4
"""Digits before which `42 150,00` is a number and an amount rather than a larger amount."""

_FAR: Final = 16
"""How far the word of a sign is looked at."""


@dataclass(frozen=True, slots=True)
class Run:
    """Digits one after another: what they are, where each ends, and after how many of them a word ends.

    `whole`: no further digit stands right behind the last one.
    """

    digits: str
    ends: tuple[int, ...]
    stops: frozenset[int]
    whole: bool

    def gaps(self, length: int) -> frozenset[int]:
        """After how many of the first digits something stands between them."""
        return frozenset(place for place in range(1, length) if self.ends[place] > self.ends[place - 1] + 1)

    def is_number(self, length: int) -> bool:
        """Whether so many digits may be a number of their own, rather than the beginning of a longer one."""
        if length > len(self.digits):
            return False
        return self.whole if length == len(self.digits) else length in self.stops


NOTHING: Final = Run("", (), frozenset(), whole=True)


def read_run(text: str, start: int, most: int, *, lenient: bool = False, sure: int = 99) -> Run:
    """At most so many digits from there on. A letter that looks like one counts inside a word that has a digit.

    An amount or a date that begins behind a space is another number, unless `sure` digits are read already.
    `lenient`: it counts in a word of such letters too, which a line end may have cut off (`C104273-4 O`).
    """
    digits = ""
    ends: list[int] = []
    stops: set[int] = set()
    at = _past_noise(text, start)
    while len(digits) < most and at < len(text) and is_digit(text, at, lenient=lenient):
        if ends and ends[-1] < at and len(digits) < sure and is_something_else(text, at, len(digits)):
            break
        digits += text[at].translate(_LIKE_DIGITS)
        at += 1
        ends.append(at)
        if at == len(text) or not text[at].isalnum():
            stops.add(len(digits))
        elif not is_digit(text, at, lenient=lenient):
            break
        at = _past_noise(text, at)
    if not digits:
        return NOTHING
    whole = ends[-1] == len(text) or not is_digit(text, ends[-1])
    return Run(digits, tuple(ends), frozenset(stops), whole)


def is_something_else(text: str, at: int, read: int = _ENOUGH + 1) -> bool:
    """Whether an amount or a date begins there."""
    if _AMOUNT_OR_DATE.match(text, at):
        return True
    return read > _ENOUGH and _AMOUNT_IN_GROUPS.match(text, at) is not None


def next_group(text: str, at: int) -> str:
    """The digits that follow after at most one space or dash."""
    found = re.compile(r"[ \-.]?([0-9]*)").match(text, at)
    return found[1] if found else ""


def _past_noise(text: str, at: int) -> int:
    found = _NOISE.match(text, at)
    return found.end() if found else at


def is_digit(text: str, at: int, *, lenient: bool = False) -> bool:
    """A digit, or a letter that is often read for one, unless its whole word is letters (`OLIVIER`, `IL`)."""
    sign = text[at]
    if sign.isdigit():
        return True
    if sign not in "OQIL|":
        return False
    word = _word(text, at)
    return any(other.isdigit() for other in word) or (lenient and not word.strip("OQIL|"))


def _word(text: str, at: int) -> str:
    start = end = at
    while start > max(0, at - _FAR) and (text[start - 1].isalnum() or text[start - 1] == "|"):
        start -= 1
    while end < min(len(text), at + _FAR) and (text[end].isalnum() or text[end] == "|"):
        end += 1
    return text[start:end]
