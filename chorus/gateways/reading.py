"""Fields of answers of Chorus Pro, read with tolerance: what is missing, null, unknown or strange never stops us."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from core.clock import PARIS, local_date
from core.money import Money

Json = dict[str, Any]
_LONGEST_TEXT: Final = 2000
_LARGEST_EUROS: Final = Decimal(10) ** 12
_LARGEST_ID: Final = 2**63
_MILLISECONDS: Final = 1000


def text(said: Json, *names: str, most: int = _LONGEST_TEXT) -> str:
    """The first of these fields that says something, as a line of text."""
    for name in names:
        value = said.get(name)
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            return str(value)[:most]
        if isinstance(value, str) and (line := _printable(value)):
            return line[:most]
    return ""


def part(said: Json, name: str) -> Json:
    """An object inside; empty when there is none."""
    value = said.get(name)
    return value if isinstance(value, dict) else {}


def rows(said: Json, *names: str) -> list[Json]:
    """The objects of the first of these lists that is there."""
    for name in names:
        if isinstance(value := said.get(name), list):
            return [row for row in value if isinstance(row, dict)]
    return []


def flag(said: Json, name: str) -> bool:
    """Whether a field says yes, as a boolean or as a word."""
    value = said.get(name)
    return value is True or (isinstance(value, str) and value.strip().lower() in {"true", "oui", "o", "1"})


def number(said: Json, *names: str) -> int:
    """The first of these fields that is a whole number; 0 when none is."""
    for name in names:
        value = said.get(name)
        if isinstance(value, str) and value.strip().isascii() and value.strip().isdecimal():
            value = int(value.strip()[:19])
        if isinstance(value, int) and not isinstance(value, bool) and -_LARGEST_ID < value < _LARGEST_ID:
            return value
    return 0


def money(said: Json, *names: str) -> Money | None:
    """The first of these fields that is an amount in euros; None when none is. Never through a float."""
    for name in names:
        value = said.get(name)
        euros = _decimal(value)
        if euros is not None and abs(euros) < _LARGEST_EUROS:
            return Money.from_euros(euros)
    return None


def moment(said: Json, *names: str) -> datetime | None:
    """The first of these fields that is a moment. One without a zone is of Paris."""
    for name in names:
        value = said.get(name)
        read = _from_text(value) if isinstance(value, str) else _from_number(value)
        if read is not None:
            return read
    return None


def day(said: Json, *names: str) -> date | None:
    """The first of these fields that is a day, in Paris."""
    found = moment(said, *names)
    return local_date(found) if found else None


def _from_text(value: str) -> datetime | None:
    try:
        read = datetime.fromisoformat(value.strip())
        return (read if read.tzinfo else read.replace(tzinfo=PARIS)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _from_number(value: object) -> datetime | None:
    """Milliseconds since 1970, as some services of the State write them."""
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    try:
        return datetime.fromtimestamp(value // _MILLISECONDS, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _decimal(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    try:
        read = Decimal(value.strip().replace(",", ".") if isinstance(value, str) else value)
    except InvalidOperation:
        return None
    return read if read.is_finite() else None


def _printable(value: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in value).split())
