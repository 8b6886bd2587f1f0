"""Amounts as banks write them, into whole cents."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from core.money import Money

_MOST_CENTS: Final = 10**15


def cents_of(euros: Decimal | None) -> Money:
    """Whole cents. Raises ValueError for parts of a cent, for what is no number, and for what no bank holds."""
    if euros is None or not euros.is_finite():
        raise ValueError("not an amount")
    cents = euros * 100
    if abs(cents) > _MOST_CENTS or cents != cents.to_integral_value():
        raise ValueError("not whole cents")
    return Money(int(cents))
