"""What makes a line the same line in another file: the bank's reference, or else its content, and its occurrence.

Reference and content both count with the day and the amount: some banks begin their references anew each day, and some
files give one reference to two amounts. Equal lines of a day are told apart by counting them, so that two real
transfers alike are two, and the same two in another file are known.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

from core.crypto import blind_index

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bank.readers.shape import Line

_NOT_A_SIGN = re.compile(r"[^A-Z0-9]+")


def identities(lines: Iterable[Line]) -> list[str]:
    """One identity a line, in their order, unlike each other: 64 hexadecimal digits."""
    seen: Counter[str] = Counter()
    found = []
    for line in lines:
        key = _key(line)
        seen[key] += 1
        found.append(hashlib.sha256(f"{key}|{seen[key]}".encode()).hexdigest())
    return found


def _key(line: Line) -> str:
    moved = f"{line.booked_on.isoformat()}|{line.amount.cents}"
    if line.bank_reference:
        return f"reference|{line.bank_reference}|{moved}|{_plain(line.end_to_end)}"
    other = blind_index(line.party.iban) if line.party.iban else _plain(line.party.name)
    return f"content|{moved}|{_plain(line.text)}|{_plain(line.end_to_end)}|{_plain(line.structured)}|{other}"


def _plain(text: str) -> str:
    """Letters and digits: case, accents, spaces and line breaks differ between formats."""
    return _NOT_A_SIGN.sub("", unicodedata.normalize("NFKD", text).upper())
