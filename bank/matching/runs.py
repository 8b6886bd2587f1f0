"""Runs of digits in a label, with what banks put between them: spaces, line ends, dashes, and letters for digits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_LIKE_DIGITS: Final = str.maketrans("OQIL|", "00111")
_NOISE: Final = re.compile(r"[ .\-_/:#*]{0,3}")
_AMOUNT_OR_DATE: Final = re.compile(
    r"[1-9][0-9]*,[0-9]{2}(?![0-9])|[0-9]{1,6}[.][0-9]{2}[ ]?(?:EUR|€)"
    r"|[0-9]{1,2}[/.\-][0-9]{1,2}[/.\-][0-9]{2,4}(?![0-9])"
)
_AMOUNT_IN_GROUPS: Final = re.compile(r"[1-9][0-9]{0,2}(?:[ ][0-9]{3})+,[0-9]{2}(?![0-9])")
_ENOUGH: Final = 4
"""Digits before which `42 150,00` is a number and an amount rather than a larger amount."""


@dataclass(frozen=True, slots=True)
class Run:
    """Digits one after another: what they are, where each ends, and after how many of them a word ends."""

    digits: str
    ends: tuple[int, ...]
    stops: frozenset[int]


NOTHING: Final = Run("", (), frozenset())


def read_run(text: str, start: int, most: int) -> Run:
    """At most so many digits from there on. A letter that looks like one counts inside a word that has a digit."""
    digits = ""
    ends: list[int] = []
    stops: set[int] = set()
    at = _past_noise(text, start)
    while len(digits) < most and at < len(text) and _is_digit(text, at):
        if ends and at > ends[-1] and _is_something_else(text, at, len(digits)):
            break
        digits += text[at].translate(_LIKE_DIGITS)
        at += 1
        ends.append(at)
        if at == len(text) or not text[at].isalnum():
            stops.add(len(digits))
        elif not _is_digit(text, at):
            break
        at = _past_noise(text, at)
    return Run(digits, tuple(ends), frozenset(stops)) if digits else NOTHING


def _is_something_else(text: str, at: int, read: int) -> bool:
    """Whether an amount or a date begins there."""
    if _AMOUNT_OR_DATE.match(text, at):
        return True
    return read > _ENOUGH and _AMOUNT_IN_GROUPS.match(text, at) is not None


def _past_noise(text: str, at: int) -> int:
    found = _NOISE.match(text, at)
    return found.end() if found else at


def _is_digit(text: str, at: int) -> bool:
    """A digit, or a letter that is often read for one, unless its whole word is letters (`OLIVIER`, `IL`)."""
    sign = text[at]
    if sign.isdigit():
        return True
    return sign in "OQIL|" and any(other.isdigit() for other in _word(text, at))


def _word(text: str, at: int) -> str:
    start = end = at
    while start > 0 and (text[start - 1].isalnum() or text[start - 1] == "|"):
        start -= 1
    while end < len(text) and (text[end].isalnum() or text[end] == "|"):
        end += 1
    return text[start:end]
