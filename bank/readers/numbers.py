"""Amounts as people's programs write them (CSV, XLSX, OFX): comma or point, spaces, sign before or after."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from bank.readers.figures import cents_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.money import Money

_NOISE: Final = re.compile(r"[\s\u00a0\u202f\u2009'’]|EUR(?:OS)?|€", re.IGNORECASE)
_FORM: Final = re.compile(r"(?P<before>[+-]?)(?P<figures>\d[\d.,]*|[.,]\d+)(?P<after>[+-]?)")
_GROUPED: Final = re.compile(r"\d{1,3}(?:([.,])\d{3})+")
_LONGEST: Final = 40


class NotANumber(ValueError):
    """A text is no amount, or could be two."""


def decimal_sign(texts: Iterable[str]) -> str:
    """The sign before the cents in these amounts: the first that leaves no doubt says it for all, if any."""
    for text in texts:
        figures = _NOISE.sub("", text[:_LONGEST]).strip("+-()")
        commas, points = figures.rfind(","), figures.rfind(".")
        if commas >= 0 and points >= 0:
            return "," if commas > points else "."
        if (commas >= 0 or points >= 0) and not _GROUPED.fullmatch(figures):
            return "," if commas >= 0 else "."
        if (commas >= 0 or points >= 0) and figures.count(figures[max(commas, points)]) > 1:
            return "." if commas >= 0 else ","
    return ""


def read_amount(text: str, decimal: str) -> Money:
    """An amount in whole cents. `decimal` is the sign before the cents. Raises NotANumber."""
    plain = _NOISE.sub("", text[:_LONGEST]).replace("\u2212", "-")
    if plain.startswith("(") and plain.endswith(")"):
        plain = f"-{plain[1:-1]}"
    found = _FORM.fullmatch(plain)
    if found is None or len(text) > _LONGEST or (found["before"] and found["after"]) or not plain.isascii():
        raise NotANumber(text)
    figures = found["figures"]
    if not decimal and _GROUPED.fullmatch(figures) and not figures.isdecimal():
        raise NotANumber(text)
    other = "." if decimal == "," else ","
    try:
        euros = Decimal(figures.replace(other, "").replace(",", "."))
        return cents_of(-euros if "-" in (found["before"], found["after"]) else euros)
    except (InvalidOperation, ValueError):
        raise NotANumber(text) from None
