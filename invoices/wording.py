"""How quantities, prices, rates, periods and numbers of identity are written on documents, in French and in English."""

from __future__ import annotations

import calendar
from collections import Counter
from typing import TYPE_CHECKING

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.formats import day_text, money_text, month_text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from decimal import Decimal

    from core.money import Money

_NARROW, _NO_BREAK, _MINUS = "\u202f", "\u00a0", "\u2212"
_PRICE_DECIMALS = 2


def number_text(value: Decimal, *, least: int = 0) -> str:
    """A decimal with at least that many decimals and no useless zero: `1`, `39,00`, `0,0042`, `−2`."""
    figures = f"{abs(value).normalize():f}"
    whole, _, decimals = figures.partition(".")
    decimals = decimals.ljust(least, "0")
    sign = _MINUS if value < 0 else ""
    if is_french():
        return sign + f"{int(whole):,}".replace(",", _NARROW) + (f",{decimals}" if decimals else "")
    return sign + f"{int(whole):,}" + (f".{decimals}" if decimals else "")


def price_text(value: Decimal) -> str:
    """A unit price without its currency: two decimals, up to six when it has them."""
    return number_text(value, least=_PRICE_DECIMALS)


def bare_money(amount: Money) -> str:
    """An amount without €, for columns whose head says it."""
    return money_text(amount).replace(f"{_NO_BREAK}€", "").replace("€", "")


def rate_text(rate: Decimal) -> str:
    """`20 %`, `5,5 %`; in English `20%`."""
    return f"{number_text(rate)}{_NO_BREAK}%" if is_french() else f"{number_text(rate)}%"


def period_text(start: date, end: date) -> str:
    """`1er au 30 novembre 2026`, or `3 nov. 2026 – 2 nov. 2027`; a single day is that day."""
    if start == end:
        return day_text(start)
    if (start.year, start.month) == (end.year, end.month):
        first = day_text(start).split()[0]
        return f"{first} {'au' if is_french() else 'to'} {day_text(end)}"
    first, last = (day_text(day, short=True).replace(" ", _NO_BREAK) for day in (start, end))
    return f"{first} – {last}"  # breaks after the dash only


def month_of(start: date, end: date) -> str:
    """`novembre 2026` when the period is exactly that month; else the period."""
    last = calendar.monthrange(start.year, start.month)[1]
    if start.day == 1 and end == start.replace(day=last):
        return f"{month_text(start.month)} {start.year}"
    return period_text(start, end)


def usual_period(periods: Iterable[tuple[date | None, date | None]]) -> tuple[date, date] | None:
    """The period of most lines, the earliest of those when two are as many; None when no line has one."""
    counted = Counter((start, end) for start, end in periods if start and end)
    return min(counted, key=lambda period: (-counted[period], period), default=None)


def grouped(text: str, size: int) -> str:
    """`732 829 320`: cut in groups, with spaces that never break."""
    return _NO_BREAK.join(text[start : start + size] for start in range(0, len(text), size))


def siren_text(siren: str) -> str:
    return grouped(siren, 3)


def siret_text(siret: str) -> str:
    return f"{siren_text(siret[:9])}{_NO_BREAK}{siret[9:]}"


def iban_text(iban: str) -> str:
    return grouped(iban, 4)


def terms_text(days: int) -> str:
    """Within how many days a public body pays: counted from receipt, so that no date can be said. Empty for others."""
    return _("within %(days)s days of receipt") % {"days": days} if days else ""


def is_french() -> bool:
    """Whether the document being written is in French."""
    return (get_language() or "fr").startswith("fr")


def document_words(number: str) -> str:
    """The number of a document as a receipt names it; money that was taken back, and is to pay again, has none."""
    return number or _("Reversed payment")
