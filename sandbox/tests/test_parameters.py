from __future__ import annotations

import base64
from typing import Any

import pytest
import stripe

from sandbox.server import Sandbox
from sandbox.stripe.errors import StripeError
from sandbox.stripe.parameters import decode, read
from sandbox.tests.conftest import Visitor, headers_of, top_up

INTENT: dict[str, Any] = {"amount": 1299, "currency": "eur"}


def refusal(client: stripe.StripeClient, **changes: Any) -> tuple[str | None, str | None]:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.create(INTENT | changes)  # type: ignore[arg-type]
    assert refused.value.http_status == 400
    return refused.value.code, refused.value.param


@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        ({"colour": "red"}, "parameter_unknown", "colour"),
        ({"metadata": "text"}, None, "metadata"),
        ({"metadata": {"a": {"b": "c"}}}, None, "metadata[a]"),
        ({"amount": "12.99"}, "parameter_invalid_integer", "amount"),
        ({"amount": "1" * 30}, "parameter_invalid_integer", "amount"),
        ({"amount": {"cents": 5}}, None, "amount"),
        ({"confirm": "maybe"}, None, "confirm"),
        ({"customer": ""}, "parameter_invalid_empty", "customer"),
        ({"setup_future_usage": "sometimes"}, None, "setup_future_usage"),
        ({"allowed_payment_method_types": "card"}, None, "allowed_payment_method_types"),
        ({"allowed_payment_method_types": ["cheque"]}, None, "allowed_payment_method_types[0]"),
        ({"payment_method_types": ["card"]}, "payment_method_types_no_longer_supported", "payment_method_types"),
        (
            {"payment_method_options": {"card": {"colour": "red"}}},
            "parameter_unknown",
            "payment_method_options[card][colour]",
        ),
        ({"capture_method": "manual"}, "sandbox_not_imitated", "capture_method"),
        ({"currency": "usd"}, "sandbox_not_imitated", "currency"),
    ],
)
def test_a_parameter_that_stripe_refuses_is_refused(
    client: stripe.StripeClient, change: dict[str, Any], code: str | None, param: str
) -> None:
    assert refusal(client, **change) == (code, param)
    assert client.v1.payment_intents.list().data == []


def test_a_missing_parameter_is_named(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.create({"amount": 1299})  # type: ignore[typeddict-item]

    assert (refused.value.code, refused.value.param) == ("parameter_missing", "currency")


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"ui_mode": "hosted"}, "ui_mode"),
        ({"payment_method_types": ["card"]}, "payment_method_types"),
        ({"success_url": "javascript:alert(1)"}, "success_url"),
        ({"cancel_url": "nowhere"}, "cancel_url"),
        ({"mode": "gift"}, "mode"),
        ({"mode": "subscription"}, "mode"),
        ({"line_items": []}, "line_items"),
        ({"line_items": [{"quantity": 1}]}, "line_items[0]"),
        ({"customer": "cus_nobody"}, "customer"),
        ({"customer_email": "anne"}, "customer_email"),
        ({"client_reference_id": "x" * 201}, "client_reference_id"),
        ({"payment_intent_data": {"statement_descriptor_suffix": "x" * 23}}, None),
        ({"payment_intent_data": {"capture_method": "manual"}}, "payment_intent_data[capture_method]"),
        ({"payment_intent_data": {"colour": "red"}}, "payment_intent_data[colour]"),
        (
            {"payment_method_options": {"card": {"restrictions": {"brands_blocked": ["amex"]}}}},
            "payment_method_options[card][restrictions][brands_blocked][0]",
        ),
        ({"amount": 49}, "line_items"),
    ],
)
def test_a_session_that_stripe_refuses_is_refused(
    client: stripe.StripeClient, change: dict[str, Any], param: str | None
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        top_up(client, **change)

    assert param is None or refused.value.param == param


def test_a_wrong_key_is_refused(client: stripe.StripeClient, visitor: Visitor) -> None:
    stranger = stripe.StripeClient("sk_test_wrong", base_addresses={"api": visitor.origin})

    with pytest.raises(stripe.AuthenticationError, match="Invalid API Key"):
        stranger.v1.customers.list()
    assert visitor.get("/v1/customers").status == 401
    assert visitor.get("/v1/customers", Authorization="Basic !!!").status == 401


def test_basic_authentication_is_accepted_too(sandbox: Sandbox, visitor: Visitor) -> None:
    key = base64.b64encode(f"{sandbox.world.secret_key}:".encode()).decode()

    assert visitor.get("/v1/customers", Authorization=f"Basic {key}").json()["data"] == []


def test_another_version_of_the_api_is_refused(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="API version"):
        client.v1.customers.list({}, {"stripe_version": "2024-06-20"})


def test_an_address_that_is_not_imitated_is_a_404(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.products.list()

    assert refused.value.http_status == 404


def test_each_answer_names_its_request(client: stripe.StripeClient) -> None:
    answer = headers_of(client.v1.customers.list())

    assert answer["Request-Id"].startswith("req_")
    assert answer["Stripe-Version"] == "2026-10-28.endive"


def test_forms_are_read_with_their_brackets() -> None:
    fields = [("a[b][0][c]", "1"), ("a[b][1][c]", "2"), ("list[]", "x"), ("list[]", "y"), ("plain", "é ü")]

    assert decode(fields) == {
        "a": {"b": {"0": {"c": "1"}, "1": {"c": "2"}}},
        "list": {"0": "x", "1": "y"},
        "plain": "é ü",
    }


@pytest.mark.parametrize("fields", [[("a", "1"), ("a[b]", "2")], [("a[b]", "1"), ("a", "2")], [("[x]", "1")]])
def test_a_form_that_contradicts_itself_is_refused(fields: list[tuple[str, str]]) -> None:
    with pytest.raises(StripeError):
        decode(fields)


def test_lists_keep_their_order_past_ten() -> None:
    fields = [(f"expand[{place}]", f"e{place}") for place in reversed(range(12))]

    assert read(decode(fields), "PaymentIntentRetrieveParams") == {"expand": [f"e{place}" for place in range(12)]}
