"""The Latin character set of SEPA: what may stand in a file for a bank.

EPC217-08, "SEPA Requirements for an Extended Character Set": letters without accents, digits and `/ - ? : ( ) . , ' +`.
References neither begin nor end with a slash and hold no double slash.
"""

from __future__ import annotations

import re
from typing import Final

from text_unidecode import unidecode

_ALLOWED: Final = re.compile(r"[A-Za-z0-9/\-?:().,'+ ]*")
_OTHER: Final = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]+")
_SPACES: Final = re.compile(r" {2,}")
_REFERENCE: Final = re.compile(r"[A-Za-z0-9\-?:().,'+ ](?:/?[A-Za-z0-9\-?:().,'+ ])*")
LONGEST_REFERENCE: Final = 35


def sepa_text(text: str, longest: int) -> str:
    """The nearest text that a bank takes: accents go, `&` is written out, what is left over becomes a space."""
    plain = unidecode(text.replace("&", " + "))
    return _SPACES.sub(" ", _OTHER.sub(" ", plain)).strip()[:longest].strip()


def is_sepa_text(text: str) -> bool:
    """Whether a bank takes it as it is."""
    return _ALLOWED.fullmatch(text) is not None


def is_reference(text: str) -> bool:
    """Whether it may name a debit or a mandate: 1 to 35 characters, slashes only inside and alone."""
    return len(text) <= LONGEST_REFERENCE and text.strip() == text and _REFERENCE.fullmatch(text) is not None
