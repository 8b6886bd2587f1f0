from __future__ import annotations

import pytest

from core.logs import looks_like_a_card, mask_event, masked, masked_tree


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


def test_what_is_shown_of_a_message_hides_secrets_always_and_people_on_demand() -> None:
    told = {"id": "pi_1", "client_secret": "x", "payer": {"email_address": "a@b.c", "ids": ["4242424242424242", 5]}}

    assert masked_tree(told) == told | {
        "client_secret": "[secret]",
        "payer": {"email_address": "a@b.c", "ids": ["[card]", 5]},
    }
    assert masked_tree(told, personal=True)["payer"]["email_address"] == "[personal]"
    assert masked_tree({"name": "Claire", "brand_name": "Us", "ip": None}, personal=True) == {
        "name": "[personal]",
        "brand_name": "Us",
        "ip": None,
    }
