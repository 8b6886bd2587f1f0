"""The signature of closings: Ed25519, with a key that the database does not hold.

Somebody who may write everything in the database can make another chain of hashes; without SEAL_KEY he cannot sign it.
"""

from __future__ import annotations

import base64
import binascii
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings


def sign(text: str) -> str:
    """The signature of a text in base64; empty while no key is set."""
    if not settings.SEAL_KEY:
        return ""
    return base64.b64encode(_private(settings.SEAL_KEY).sign(text.encode())).decode()


def is_signed(text: str, signature: str) -> bool:
    """Whether this signature of the text was made with our key."""
    try:
        _private(settings.SEAL_KEY).public_key().verify(base64.b64decode(signature, validate=True), text.encode())
    except (InvalidSignature, binascii.Error):
        return False
    return True


def public_key() -> str:
    """What others verify signatures with, in base64; empty while no key is set."""
    if not settings.SEAL_KEY:
        return ""
    raw = _private(settings.SEAL_KEY).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return base64.b64encode(raw).decode()


@lru_cache(maxsize=2)
def _private(seed: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(seed))
