from __future__ import annotations

import threading

import pytest
import stripe

from sandbox.server import Sandbox
from sandbox.tests.conftest import Control, client_of, headers_of, top_up

CHARGE = {"amount": 5000, "currency": "eur", "payment_method": "pm_card_visa", "confirm": True}
DECLINED = {**CHARGE, "payment_method": "pm_card_chargeDeclinedInsufficientFunds"}


def create(client: stripe.StripeClient, parameters: object, key: str) -> stripe.PaymentIntent:
    return client.v1.payment_intents.create(parameters, {"idempotency_key": key})  # type: ignore[arg-type]


def test_the_same_key_gives_the_same_payment_once(client: stripe.StripeClient, look: Control) -> None:
    first = create(client, CHARGE, "debit-1")
    again = create(client, CHARGE, "debit-1")

    assert again.id == first.id
    assert look("totals")["captured_cents"] == 5000
    assert headers_of(again)["Idempotent-Replayed"] == "true"
    assert headers_of(again)["Original-Request"] == headers_of(first)["Request-Id"]
    assert "Idempotent-Replayed" not in headers_of(first)


def test_a_refusal_is_replayed_too(client: stripe.StripeClient, look: Control) -> None:
    with pytest.raises(stripe.CardError) as first:
        create(client, DECLINED, "debit-1")
    with pytest.raises(stripe.CardError) as again:
        create(client, DECLINED, "debit-1")

    assert again.value.json_body == first.value.json_body
    assert again.value.headers is not None
    assert again.value.headers["Idempotent-Replayed"] == "true"
    assert len(client.v1.payment_intents.list().data) == 1
    with pytest.raises(stripe.CardError) as next_attempt:
        create(client, DECLINED, "debit-2")
    assert next_attempt.value.json_body != first.value.json_body


def test_a_500_is_replayed_too(client: stripe.StripeClient, control: Control, look: Control) -> None:
    control("faults", kind="status", status=500)

    for _attempt in range(2):
        with pytest.raises(stripe.APIError) as failed:
            create(client, CHARGE, "debit-1")
        assert failed.value.http_status == 500
    assert look("totals")["captured_cents"] == 0
    assert create(client, CHARGE, "debit-2").status == "succeeded"


def test_a_500_may_hide_a_charge(client: stripe.StripeClient, control: Control, look: Control) -> None:
    control("faults", kind="status", status=500, executed=True)

    with pytest.raises(stripe.APIError):
        create(client, CHARGE, "debit-1")

    assert look("totals")["captured_cents"] == 5000


def test_a_state_refusal_is_kept(client: stripe.StripeClient) -> None:
    intent = create(client, CHARGE, "debit-1").id
    refund = {"payment_intent": intent, "amount": 9999}

    for replayed in (None, "true"):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            client.v1.refunds.create(refund, {"idempotency_key": "refund-1"})  # type: ignore[arg-type]
        assert refused.value.headers is not None
        assert refused.value.headers.get("Idempotent-Replayed") == replayed


def test_other_parameters_under_the_same_key_are_refused(client: stripe.StripeClient, look: Control) -> None:
    create(client, CHARGE, "debit-1")

    with pytest.raises(stripe.IdempotencyError, match="same parameters"):
        create(client, {**CHARGE, "amount": 5001}, "debit-1")
    with pytest.raises(stripe.IdempotencyError):
        top_up(client, key="debit-1")

    assert look("totals")["captured_cents"] == 5000


def test_a_body_that_cannot_be_read_uses_up_no_key(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        create(client, {**CHARGE, "amount": 49}, "debit-1")
    with pytest.raises(stripe.InvalidRequestError):
        create(client, {**CHARGE, "colour": "red"}, "debit-1")

    assert create(client, CHARGE, "debit-1").status == "succeeded"


def test_a_key_is_forgotten_after_a_day(client: stripe.StripeClient, control: Control) -> None:
    first = create(client, CHARGE, "debit-1")

    control("clock", advance=24 * 3600 - 60)
    assert create(client, CHARGE, "debit-1").id == first.id
    control("clock", advance=61)
    assert create(client, CHARGE, "debit-1").id != first.id


def test_two_at_once_under_one_key_make_one_payment(sandbox: Sandbox, control: Control, look: Control) -> None:
    control("faults", kind="slow", seconds=1)
    together = threading.Barrier(2)
    endings: list[object] = []

    def charge() -> None:
        client = client_of(sandbox)
        together.wait()
        try:
            endings.append(create(client, CHARGE, "debit-1").status)
        except stripe.StripeError as error:
            endings.append((error.http_status, error.json_body["error"]["code"]))  # type: ignore[index]

    rivals = [threading.Thread(target=charge) for _ in range(2)]
    for rival in rivals:
        rival.start()
    for rival in rivals:
        rival.join()

    assert sorted(map(str, endings)) == ["(409, 'idempotency_key_in_use')", "succeeded"]
    assert look("totals")["captured_cents"] == 5000


def test_the_sdk_rides_over_a_call_whose_answer_was_lost(sandbox: Sandbox, control: Control, look: Control) -> None:
    patient = stripe.StripeClient(sandbox.world.secret_key, base_addresses={"api": sandbox.url}, max_network_retries=1)
    control("faults", kind="drop")

    intent = patient.v1.payment_intents.create(CHARGE)  # type: ignore[arg-type]

    assert intent.status == "succeeded"
    assert look("totals")["captured_cents"] == 5000
    assert [call["replayed"] for call in look("calls")["calls"]] == [False, True]


def test_reading_knows_no_keys(client: stripe.StripeClient, customer: str) -> None:
    client.v1.customers.retrieve(customer, {}, {"idempotency_key": "read"})
    client.v1.customers.update(customer, {"name": "Anne"}, {"idempotency_key": "read"})

    found = client.v1.customers.retrieve(customer, {}, {"idempotency_key": "read"})

    assert found.name == "Anne"
