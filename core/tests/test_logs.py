from __future__ import annotations

import pytest

from core.logs import looks_like_a_card, mask_event, masked


@pytest.mark.parametrize(
    "number", ["4242424242424242", "4242 4242 4242 4242", "5555-5555-5555-4444", "378282246310005"]
)
def test_a_card_number_never_reaches_the_log(number: str) -> None:
    assert masked(f"paid with {number}!") == "paid with [card]!"


def test_a_reference_that_is_no_card_stays_readable() -> None:
    assert not looks_like_a_card("1234567890123")
    assert masked("SIRET 12345678901234 FA2026-000001") == "SIRET 12345678901234 FA2026-000001"


def test_keys_and_secret_fields_are_masked_and_lines_are_one() -> None:
    event = {"event": "call sk_test_abcdef123456", "password": "x", "detail": "a\r\nlevel=critical forged", "count": 3}

    assert mask_event(None, "info", event) == {
        "event": "call [secret]",
        "password": "[secret]",
        "detail": "a\\r\\nlevel=critical forged",
        "count": 3,
    }
