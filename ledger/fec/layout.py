"""Columns, words and figures of the file (LPF art. A47 A-1, VI to XII): 18 columns, tabs, UTF-8, decimal commas."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from core.cells import safe_text

COLUMNS: Final = (
    "JournalCode",
    "JournalLib",
    "EcritureNum",
    "EcritureDate",
    "CompteNum",
    "CompteLib",
    "CompAuxNum",
    "CompAuxLib",
    "PieceRef",
    "PieceDate",
    "EcritureLib",
    "Debit",
    "Credit",
    "EcritureLet",
    "DateLet",
    "ValidDate",
    "Montantdevise",
    "Idevise",
)
# The file is French whatever the reader's language.
JOURNALS: Final = {
    "AN": "À-nouveaux",
    "VE": "Ventes",
    "CB": "Cartes bancaires",
    "PP": "PayPal",
    "PR": "Prélèvements",
    "BQ": "Banque",
    "OD": "Opérations diverses",
}
SEPARATOR: Final = "\t"
LINE_END: Final = "\r\n"
ENCODING: Final = "utf-8"
LABEL_LENGTH: Final = 200
NOTHING: Final = "0,00"
# Controls, quotes and bars; what is invisible, turns the direction of writing, is private, or outside the basic plane.
FORBIDDEN: Final = re.compile(
    '[\x00-\x08\x0a-\x1f"|\x7f-\xa0\xad\u061c\u180e\u200b-\u200f\u2028-\u202f\u205f-\u206f\ud800-\uf8ff\ufeff\ufff0-\uffff'
    "\U00010000-\U0010ffff]"
)
_UNFIT = re.compile(f"\\t|{FORBIDDEN.pattern}")
_LETTERS = 26


@lru_cache(maxsize=4096)
def clean(text: str) -> str:
    """The text as a field may hold it: one line, no separator, no quote, nothing invisible, nothing that runs.

    What cannot be written is left out; nothing may be left.
    """
    found = _cleaned(text) if _UNFIT.search(text) else text.strip()
    return safe_text(found[:LABEL_LENGTH].rstrip())[:LABEL_LENGTH]  # accountants do open the file in a spreadsheet


def _cleaned(text: str) -> str:
    plain = unicodedata.normalize("NFC", text).replace('"', "'").replace("|", "/")
    spaced = "".join(" " if char.isspace() or unicodedata.category(char) == "Cc" else char for char in plain)
    return " ".join(_UNFIT.sub("", spaced).split())


@lru_cache(maxsize=4096)
def day(iso: str) -> str:
    """`2026-11-30` as `20261130`."""
    return iso.replace("-", "")


def figures(cents: int) -> str:
    """Cents as euros, with a decimal comma and no separator of thousands: `1234,05`."""
    return f"{cents // 100},{cents % 100:02d}"


@lru_cache(maxsize=4096)
def letter_code(serial: int) -> str:
    """The code of a lettering, in letters as accountants write it: 1 is A, 27 is AA."""
    code = ""
    while serial:
        serial, rest = divmod(serial - 1, _LETTERS)
        code = chr(ord("A") + rest) + code
    return code
