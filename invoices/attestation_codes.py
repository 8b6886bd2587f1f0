"""The code of an attestation: a signature of its content, short enough to be typed from paper.

Eighty bits of HMAC-SHA-256 in Crockford's base 32, which has no I, L, O or U. A page that shows one is found by its
code alone: it cannot be guessed, and one made up is not in the table.
"""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH: Final = 16
_SALT: Final = "invoices.attestation"
_LOOKS_LIKE: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "-": "", " ": "", "\u00a0": ""})


def code_of(content_hash: str, *, secret: str = "") -> str:
    """The signature of a content, by the key in force or another one."""
    digest = salted_hmac(_SALT, content_hash, secret=secret or settings.SECRET_KEY, algorithm="sha256").digest()
    bits = int.from_bytes(digest[: LENGTH * 5 // 8], "big")
    return "".join(ALPHABET[bits >> 5 * place & 31] for place in reversed(range(LENGTH)))


def is_signed(content_hash: str, code: str) -> bool:
    """Whether we signed that content so, with the key in force or an earlier one."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return any(constant_time_compare(code_of(content_hash, secret=key), code) for key in keys)


def read_code(typed: str) -> str:
    """A code as people type it: small letters, spaces, hyphens, O for 0, I or L for 1. "" when it cannot be one."""
    code = typed.strip().upper().translate(_LOOKS_LIKE)
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else ""
