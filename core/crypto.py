"""Values that the database keeps encrypted: IBANs. And a blind index, to find one again without reading any.

Each value is a Fernet token (AES-128-CBC with HMAC-SHA256). The first of `FIELD_KEYS` encrypts, all of them decrypt:
a key is replaced by writing the new one in front, running `manage.py rotate_fields`, then taking the old one away.
The index has a key of its own, which stays: two rows with the same value have the same index, and nothing else is told.
"""

from __future__ import annotations

import hashlib
import hmac
from functools import cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.expressions import Expression

    _Bytes = models.BinaryField[Any, Any]
else:
    _Bytes = models.BinaryField

LENGTH = 64
"""Characters of a blind index."""


class NotReadable(Exception):
    """A value was encrypted with a key that is not in FIELD_KEYS. The message names no value and no key."""


def encrypt(text: str) -> bytes:
    """The text under the newest key. Twice the same text gives two different values."""
    return _box().encrypt(text.encode())


def decrypt(value: bytes) -> str:
    """The text again. Raises NotReadable."""
    try:
        return _box().decrypt(value).decode()
    except InvalidToken as error:
        raise NotReadable("A value cannot be decrypted: FIELD_KEYS lacks the key it was written with.") from error


def rotate(value: bytes) -> bytes:
    """The same text under the newest key. Raises NotReadable."""
    return encrypt(decrypt(value))


def blind_index(text: str) -> str:
    """Where to find that text again: 64 hexadecimal digits. Spaces and case do not count."""
    return hmac.new(_index_key(), "".join(text.split()).upper().encode(), hashlib.sha256).hexdigest()


class EncryptedTextField(_Bytes):
    """A text that only this program can read. It cannot be searched: put a `blind_index` beside it for that."""

    def from_db_value(self, value: Any, _expression: Expression, _connection: BaseDatabaseWrapper) -> str | None:
        return None if value is None else decrypt(bytes(value))

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        cipher = value if value is None or isinstance(value, bytes) else encrypt(str(value))
        return super().get_db_prep_value(cipher, connection, prepared)

    def to_python(self, value: Any) -> Any:
        return value

    def value_to_string(self, obj: models.Model) -> str:
        return ""  # dumps and fixtures do not carry it in clear

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None


def _box() -> MultiFernet:
    return _box_of(tuple(settings.FIELD_KEYS))


@cache
def _box_of(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def _index_key() -> bytes:
    return str(settings.FIELD_INDEX_KEY).encode()
