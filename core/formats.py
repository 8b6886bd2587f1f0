"""How amounts, days and moments are written for people, in French and in English, as text.

Typography: U+202F between thousands and U+00A0 before € in French, U+2212 for minus in both.
"""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import get_language

from core.clock import PARIS, local_date
from core.money import Money

MINUS = "\u2212"
_NARROW, _NO_BREAK = "\u202f", "\u00a0"
_MONTHS = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "en": "January February March April May June July August September October November December",
}
_SHORT_MONTHS = {
    "fr": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    "en": "Jan Feb Mar Apr May June July Aug Sept Oct Nov Dec",
}


def money_text(amount: Money, *, signed: bool = False, language: str = "", cents: bool = True) -> str:
    """`−1 294,80 €` or `−€1,294.80`; `signed` writes the plus too; without `cents`, whole euros (axes of charts)."""
    sign = MINUS if amount.cents < 0 else "+" if signed and amount.cents > 0 else ""
    euros, rest = divmod(abs(amount.cents), 100)
    if _is_french(language):
        figures = f"{euros:,}".replace(",", _NARROW) + (f",{rest:02d}" if cents else "")
        return f"{sign}{figures}{_NO_BREAK}€"
    return f"{sign}€{euros:,}" + (f".{rest:02d}" if cents else "")


def day_text(day: date, *, language: str = "", short: bool = False, year: bool = True) -> str:
    """`12 décembre 2026`, `1er déc. 2026` (short), `12 décembre` (no year); a datetime counts as its day in Paris."""
    if isinstance(day, datetime):
        day = local_date(day)
    number = "1er" if day.day == 1 and _is_french(language) else str(day.day)
    words = f"{number} {month_text(day.month, language=language, short=short)}"
    return f"{words} {day.year}" if year else words


def month_text(month: int, *, language: str = "", short: bool = False) -> str:
    """The name of a month, 1 to 12."""
    names = (_SHORT_MONTHS if short else _MONTHS)["fr" if _is_french(language) else "en"]
    return names.split()[month - 1]


def clock_text(at: datetime, *, language: str = "") -> str:
    """The hour in Paris: `9 h 41`, or `09:41` in English."""
    local = at.astimezone(PARIS)
    if _is_french(language):
        return f"{local.hour}{_NO_BREAK}h{_NO_BREAK}{local.minute:02d}"
    return f"{local.hour:02d}:{local.minute:02d}"


def moment_text(at: datetime, *, language: str = "") -> str:
    """`1er décembre 2026 à 10 h 42`, or `1 December 2026 at 10:42`."""
    joint = "à" if _is_french(language) else "at"
    return f"{day_text(at, language=language)} {joint} {clock_text(at, language=language)}"


def in_fours(reference: str) -> str:
    """An IBAN as people read it: `FR76 9999 9000 …`."""
    return " ".join(reference[i : i + 4] for i in range(0, len(reference), 4))


def _is_french(language: str) -> bool:
    return (language or get_language() or "fr").startswith("fr")
