"""Text in the cells of a spreadsheet: it is read, and never runs (CWE-1236)."""

from __future__ import annotations

import re
from typing import Final

# What makes a spreadsheet take text for a formula: four signs, their full-width forms, and what it strips before them.
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


def safe_text(text: str) -> str:
    """The text of a cell: without control characters, and after an apostrophe when it would run as a formula."""
    plain = _CONTROL.sub("", text)
    return f"'{plain}" if plain.startswith(FORMULA_STARTS) else plain
