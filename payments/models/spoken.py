"""References that people read and say on the telephone: `P-7K2M-94QX-3T8A`, made from 60 bits of the public id."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U to mistake for something else


def spoken(letter: str, public_id: UUID) -> str:
    """The letter says what it is; the rest is as random as the id."""
    return "-".join([letter, *(_four(public_id.int >> shift) for shift in (40, 20, 0))])


def _four(bits: int) -> str:
    return "".join(_ALPHABET[bits >> shift & 31] for shift in (15, 10, 5, 0))
