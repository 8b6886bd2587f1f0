from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from pytest_django import Settings

from core.crypto import EncryptedTextField, NotReadable, blind_index, decrypt, encrypt, rotate

IBAN = "FR7630006000011234567890189"


def test_a_value_comes_back_and_does_not_show_in_what_is_stored() -> None:
    stored = encrypt(IBAN)

    assert decrypt(stored) == IBAN
    assert IBAN.encode() not in stored


def test_twice_the_same_value_is_stored_differently() -> None:
    assert encrypt(IBAN) != encrypt(IBAN)


def test_a_new_key_in_front_still_reads_the_old_values_and_rewrites_them(settings: Settings) -> None:
    old, new = settings.FIELD_KEYS[0], Fernet.generate_key().decode()
    stored = encrypt(IBAN)
    settings.FIELD_KEYS = [new, old]

    rewritten = rotate(stored)
    settings.FIELD_KEYS = [new]

    assert decrypt(rewritten) == IBAN
    with pytest.raises(NotReadable, match="FIELD_KEYS"):
        decrypt(stored)


def test_the_index_finds_the_same_value_however_it_is_typed_and_survives_a_new_key(settings: Settings) -> None:
    before = blind_index(IBAN)
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]

    assert blind_index("fr76 3000 6000 0112 3456 7890 189") == before
    assert blind_index("FR7630006000011234567890188") != before
    assert IBAN not in before


def test_an_encrypted_value_cannot_be_searched() -> None:
    field = EncryptedTextField()

    assert field.get_lookup("exact") is None
    assert field.get_lookup("isnull") is not None
