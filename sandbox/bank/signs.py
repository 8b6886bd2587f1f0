"""Text of which each sign knows to which reference it belongs, so that what is left of one can be told."""

from __future__ import annotations

import random
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence

Sign = tuple[str, str]
"""A sign, and the reference it belongs to, or nothing."""
Signs = list[Sign]

_LOOKALIKES = {"0": "O", "1": "Il"}
_ACROSS = "\n "


def likely(chance: random.Random, percent: int) -> bool:
    """True so many times in a hundred."""
    return chance.randrange(100) < percent


def plain(text: str) -> Signs:
    """Text that belongs to no reference."""
    return [(sign, "") for sign in text]


def owned(text: str, reference: str) -> Signs:
    """A reference as it is written."""
    return [(sign, reference) for sign in text]


def text_of(signs: Signs) -> str:
    return "".join(sign for sign, _reference in signs)


def counted(signs: Signs) -> Counter[str]:
    """How many signs each reference has."""
    return Counter(reference for sign, reference in signs if reference and not sign.isspace())


def misread(chance: random.Random, text: str) -> str:
    """One or two digits as somebody copied them: O for 0, I or l for 1."""
    places = [place for place, sign in enumerate(text) if sign in _LOOKALIKES]
    written = list(text)
    for place in chance.sample(places, min(len(places), chance.choice([1, 1, 2]))):
        written[place] = chance.choice(_LOOKALIKES[written[place]])
    return "".join(written)


def without_accents(signs: Signs) -> Signs:
    """As old bank programs write it: capitals, no accents, a space for what they do not know."""
    return [
        (part, reference)
        for sign, reference in signs
        for part in unicodedata.normalize("NFKD", sign.replace("œ", "oe").replace("’", "'")).upper()
        if not unicodedata.combining(part)
    ]


def spread(chance: random.Random, signs: Signs, width: int) -> Signs:
    """Cut into lines of a width: with a line end or a space between them, whatever stands there."""
    between = chance.choice(_ACROSS)
    lines = [signs[start : start + width] for start in range(0, len(signs), width)]
    joined: Signs = []
    for line in lines:
        joined += [*plain(between if joined else ""), *line]
    return joined


def cut(signs: Signs, length: int) -> Signs:
    return signs[:length]


def join(parts: Sequence[Signs], between: Callable[[], str]) -> Signs:
    """The parts one after another, with something between them."""
    joined: Signs = []
    for part in parts:
        joined += [*plain(between() if joined else ""), *part]
    return joined
