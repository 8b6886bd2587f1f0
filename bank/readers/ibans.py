"""IBANs in the files of banks: recognised, or made from a French national account number."""

from __future__ import annotations

import re
from typing import Final

from stdnum import iban

_LETTERS: Final = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "12345678912345678923456789")
_NOISE: Final = re.compile(r"[\s.-]")


def read_iban(text: str) -> str:
    """The IBAN that a text is, without spaces; nothing when it is none."""
    plain = _NOISE.sub("", text).upper()
    return plain if plain.isascii() and plain[:2].isalpha() and iban.is_valid(plain) else ""


def french_iban(bank: str, branch: str, account: str) -> str:
    """The IBAN of a French account, with its keys (CFONB brochure: RIB key by 97; ISO 13616); nothing if it is none."""
    if not (len(bank) == len(branch) == 5 and len(account) == 11 and f"{bank}{branch}{account}".isalnum()):  # noqa: PLR2004 - the form of a RIB
        return ""
    digits = [part.upper().translate(_LETTERS) for part in (bank, branch, account)]
    if not all(part.isdecimal() and part.isascii() for part in digits):
        return ""
    key = 97 - (89 * int(digits[0]) + 15 * int(digits[1]) + 3 * int(digits[2])) % 97
    national = f"{bank}{branch}{account}{key:02d}".upper()
    check = 98 - int("".join(str(int(sign, 36)) for sign in f"{national}FR00")) % 97
    return f"FR{check:02d}{national}"
