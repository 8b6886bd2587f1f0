"""References that people read and say on the telephone: `P-7K2M-94QX-3T8A`, made from 60 bits of the public id."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from uuid import UUID

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U to mistake for something else
_HEARD: Final = re.compile(r"[A-Z]-?([0-9A-HJKMNP-TV-Z]{4})-?([0-9A-HJKMNP-TV-Z]{4})-?([0-9A-HJKMNP-TV-Z]{4})(?:-\d+)?")


def spoken(letter: str, public_id: UUID) -> str:
    """The letter says what it is; the rest is as random as the id."""
    return "-".join([letter, *(_four(public_id.int >> shift) for shift in (40, 20, 0))])


def _four(bits: int) -> str:
    return "".join(_ALPHABET[bits >> shift & 31] for shift in (15, 10, 5, 0))


def heard(said: str) -> str | None:
    """How the public id of such a reference ends, as it is written; None for anything else.

    The number of an attempt may follow, as in the files of our bank: `D-7K2M-94QX-3T8A-1`.
    """
    found = _HEARD.fullmatch(said.strip().upper())
    if found is None:
        return None
    bits = 0
    for each in "".join(found.groups()):
        bits = bits << 5 | _ALPHABET.index(each)
    return f"{bits >> 48:03x}-{bits & (1 << 48) - 1:012x}"
