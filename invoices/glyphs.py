"""Which characters our fonts can draw: an archival document names no other font and no missing glyph.

IBM Plex Sans draws nearly everything. What it lacks (Arabic, Hebrew, Armenian, Georgian, signs) DejaVu Sans draws;
what both lack (emoji, Chinese …) becomes U+FFFD on paper. The XML keeps the text as it is. What only steers a display
(direction marks, variations, control characters) is left out: a name must not turn the amounts beside it around.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from pathlib import Path

MISSING = "\ufffd"
_JOINERS = frozenset("\u00ad\u200c\u200d")
_SPACES = frozenset("\n\t")
_VARIATIONS = frozenset(chr(code) for code in (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))


def drawable(page: str, *, plain: frozenset[str], wide: frozenset[str]) -> tuple[str, bool]:
    """The page in characters that the fonts have, and whether it takes the second font as well."""
    if not set(page) - plain:
        return page, False
    page = unicodedata.normalize("NFC", page)
    strange = set(page) - plain
    drawn = {ord(character): _drawn(character, wide) for character in strange}
    return page.translate(drawn), any(drawn[ord(character)] == character for character in strange)


@cache
def characters_of(*fonts: Path) -> frozenset[str]:
    """What every one of these fonts can draw, without what steers a display."""
    drawn = frozenset.intersection(*(frozenset(TTFont(font).getBestCmap()) for font in fonts))
    return frozenset(chr(code) for code in drawn if not _steers(chr(code))) | _SPACES


def _drawn(character: str, wide: frozenset[str]) -> str:
    if _steers(character):
        return ""
    return character if character in wide else MISSING


def _steers(character: str) -> bool:
    if character in _JOINERS | _SPACES:
        return False
    return unicodedata.category(character) in {"Cc", "Cf", "Cs"} or character in _VARIATIONS
