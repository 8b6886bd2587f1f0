"""Money: whole cents of EUR, and the only ways in and out of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_CENT = Decimal("0.01")
_SPACES = re.compile("[\\s\u00a0\u202f\u2009]+")
_AMOUNT = re.compile(r"([+-]?)(\d{1,12})(?:[.,](\d{1,2}))?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:[.,]\d{3})+(?:[.,]\d+)?")
_MAX_TYPED = 64


class NotAnAmount(ValueError):
    """What was typed cannot be read as an amount of euros; `reason` is a stable word for the message to show."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, order=True, slots=True)
class Money:
    """An amount of EUR in whole cents. Signed; the name of the variable says what a sign means."""

    cents: int

    def __post_init__(self) -> None:
        if type(self.cents) is not int:
            raise TypeError(f"Money takes whole cents, not {type(self.cents).__name__}")

    def __add__(self, other: Money) -> Money:
        return Money(self.cents + other.cents)

    def __sub__(self, other: Money) -> Money:
        return Money(self.cents - other.cents)

    def __neg__(self) -> Money:
        return Money(-self.cents)

    def __bool__(self) -> bool:
        return self.cents != 0

    @property
    def euros(self) -> Decimal:
        """The same amount in euros, with two decimals."""
        return Decimal(self.cents).scaleb(-2)

    @classmethod
    def from_euros(cls, euros: Decimal) -> Money:
        """Round half up to the cent."""
        return cls(round_half_up(euros * 100))


ZERO = Money(0)


def round_half_up(value: Decimal) -> int:
    """Round to a whole number, halves away from zero (EN 16931: amounts are positive, so this is half up)."""
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def share(total: int, part: int, whole: int) -> int:
    """`total × part / whole`, rounded half up, without a float. 0 when `whole` is 0."""
    if whole == 0:
        return 0
    return round_half_up(Decimal(total) * Decimal(part) / Decimal(whole))


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Cut `total` cents in proportion to `weights`; the parts always sum to the whole."""
    whole = sum(weights)
    parts, given, reached = [], 0, 0
    for weight in weights:
        reached += weight
        target = share(total, reached, whole)
        parts.append(target - given)
        given = target
    return parts


def parse_euros(typed: str) -> Money:
    """Read an amount as a person types it: `46,80`, `46.80`, `5 000,00`, `50 €`.

    Raises NotAnAmount with reason `empty`, `ambiguous` (1.000,00 or 1,000: which one is the decimal sign?),
    `decimals` (more than two) or `format`. Only ASCII digits count: full-width digits are refused, not guessed.
    """
    text = _SPACES.sub("", typed[:_MAX_TYPED])
    text = text.removesuffix("€").replace("\u2212", "-")
    if not text:
        raise NotAnAmount("empty")
    if not text.isascii() or len(typed) > _MAX_TYPED:
        raise NotAnAmount("format")
    if _GROUPED.fullmatch(text):
        raise NotAnAmount("ambiguous")
    found = _AMOUNT.fullmatch(text)
    if found is None:
        raise NotAnAmount("decimals" if re.fullmatch(r"[+-]?\d+[.,]\d{3,}", text) else "format")
    sign, whole, cents = found.groups()
    value = int(whole) * 100 + int((cents or "").ljust(2, "0"))
    return Money(-value if sign == "-" else value)
