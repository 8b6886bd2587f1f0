from __future__ import annotations

from typing import Any

import pytest
import stripe

from sandbox.tests.conftest import Control, Product, Visitor, eventually, paid


def off_session(client: stripe.StripeClient, customer: str, method: str, **changes: Any) -> stripe.PaymentIntent:
    parameters: Any = {
        "amount": 1299,
        "currency": "eur",
        "customer": customer,
        "payment_method": method,
        "off_session": True,
        "confirm": True,
        "allowed_payment_method_types": ["card"],
        **changes,
    }
    return client.v1.payment_intents.create(parameters)


def saved(client: stripe.StripeClient, customer: str, method: str) -> str:
    return client.v1.payment_methods.attach(method, {"customer": customer}).id


def test_a_charge_brings_its_amount_less_the_fee(client: stripe.StripeClient) -> None:
    intent = paid(client, amount=10000, expand=["latest_charge.balance_transaction"])

    charge = intent.latest_charge
    assert isinstance(charge, stripe.Charge)
    movement = charge.balance_transaction
    assert isinstance(movement, stripe.BalanceTransaction)
    assert (movement.amount, movement.fee, movement.net) == (10000, 175, 9825)
    assert (intent.amount_received, charge.amount_captured, charge.paid) == (10000, 10000, True)


def test_the_latest_charge_is_a_name_unless_it_is_expanded(client: stripe.StripeClient) -> None:
    intent = paid(client)

    assert isinstance(intent.latest_charge, str)
    charge = client.v1.charges.retrieve(intent.latest_charge)
    assert isinstance(charge.balance_transaction, str)


@pytest.mark.parametrize(
    ("method", "code", "decline"),
    [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc"),
        ("pm_card_chargeDeclinedProcessingError", "processing_error", "processing_error"),
    ],
)
def test_a_refused_card_leaves_a_payment_that_waits_for_another(
    client: stripe.StripeClient, method: str, code: str, decline: str
) -> None:
    with pytest.raises(stripe.CardError) as refused:
        paid(client, payment_method=method)

    error = refused.value.error
    assert error is not None
    assert error.payment_intent is not None
    assert (refused.value.http_status, refused.value.code, error.decline_code) == (402, code, decline)
    intent = client.v1.payment_intents.retrieve(error.payment_intent.id, {"expand": ["latest_charge"]})
    assert (intent.status, intent.amount_received, intent.payment_method) == ("requires_payment_method", 0, None)
    assert isinstance(intent.latest_charge, stripe.Charge)
    assert (intent.latest_charge.status, intent.latest_charge.balance_transaction) == ("failed", None)
    assert intent.last_payment_error is not None
    assert intent.last_payment_error.code == code


def test_a_refused_payment_can_be_confirmed_with_another_card(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.CardError) as refused:
        paid(client, payment_method="pm_card_chargeDeclined")
    assert refused.value.error is not None
    assert refused.value.error.payment_intent is not None

    intent = client.v1.payment_intents.confirm(
        refused.value.error.payment_intent.id, {"payment_method": "pm_card_mastercard"}
    )

    assert (intent.status, intent.last_payment_error) == ("succeeded", None)


def test_a_charge_without_its_holder_that_wants_proof_is_refused(client: stripe.StripeClient, customer: str) -> None:
    method = saved(client, customer, "pm_card_authenticationRequired")

    with pytest.raises(stripe.CardError) as refused:
        off_session(client, customer, method)

    error = refused.value.error
    assert error is not None
    assert error.payment_intent is not None
    assert (refused.value.http_status, refused.value.code) == (402, "authentication_required")
    assert error.decline_code == "authentication_required"
    assert error.payment_intent.status == "requires_payment_method"


def test_a_card_proven_while_it_was_saved_is_charged_without_its_holder(
    client: stripe.StripeClient, visitor: Visitor, customer: str
) -> None:
    first = paid(
        client,
        customer=customer,
        payment_method="pm_card_authenticationRequired",
        setup_future_usage="off_session",
        return_url="http://127.0.0.1:8000/retour",
    )
    assert first.next_action is not None
    assert first.next_action.redirect_to_url is not None
    page = str(first.next_action.redirect_to_url.url)
    assert "demande confirmation" in visitor.get(page).body
    back = visitor.post(page, {"answer": "accept"})
    assert back.location == f"http://127.0.0.1:8000/retour?payment_intent={first.id}"
    first = client.v1.payment_intents.retrieve(first.id)
    assert first.status == "succeeded"

    assert off_session(client, customer, str(first.payment_method)).status == "succeeded"


def test_a_holder_who_refuses_to_prove_is_not_charged(client: stripe.StripeClient, visitor: Visitor) -> None:
    intent = paid(client, payment_method="pm_card_threeDSecureRequired", return_url="http://127.0.0.1:8000/retour")
    assert intent.status == "requires_action"

    visitor.post(f"/authenticate/{intent.id}", {"answer": "refuse"})

    after = client.v1.payment_intents.retrieve(intent.id)
    assert (after.status, after.latest_charge) == ("requires_payment_method", None)
    assert after.last_payment_error is not None
    assert after.last_payment_error.code == "payment_intent_authentication_failure"


@pytest.mark.parametrize("amount", [49, 0, -100])
def test_less_than_fifty_cents_is_refused(client: stripe.StripeClient, amount: int) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        paid(client, amount=amount)

    assert (refused.value.code, refused.value.param) == ("amount_too_small", "amount")
    assert client.v1.payment_intents.list().data == []


def test_more_than_eight_digits_are_refused(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        paid(client, amount=100_000_000)

    assert refused.value.code == "amount_too_large"


def test_a_payment_is_made_in_steps(client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.create({"amount": 5000, "currency": "EUR"})
    assert intent.status == "requires_payment_method"
    with pytest.raises(stripe.InvalidRequestError, match="missing a payment method"):
        client.v1.payment_intents.confirm(intent.id)

    assert client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"}).status == "succeeded"


def test_a_cancelled_payment_stays_cancelled(client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.create({"amount": 5000, "currency": "eur", "payment_method": "pm_card_visa"})
    assert intent.status == "requires_confirmation"

    cancelled = client.v1.payment_intents.cancel(intent.id, {"cancellation_reason": "abandoned"})

    assert (cancelled.status, cancelled.cancellation_reason) == ("canceled", "abandoned")
    for call in (client.v1.payment_intents.cancel, client.v1.payment_intents.confirm):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            call(intent.id)
        assert refused.value.code == "payment_intent_unexpected_state"


def test_a_taken_payment_can_be_neither_cancelled_nor_confirmed(client: stripe.StripeClient, look: Control) -> None:
    intent = paid(client)

    for call in (client.v1.payment_intents.cancel, client.v1.payment_intents.confirm):
        with pytest.raises(stripe.InvalidRequestError, match="status of succeeded"):
            call(intent.id)

    assert look("totals")["captured_cents"] == 5000


def test_an_unknown_customer_or_card_is_named(client: stripe.StripeClient) -> None:
    for name, value in (("customer", "cus_nobody"), ("payment_method", "pm_nothing")):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            paid(client, **{name: value})
        assert (refused.value.http_status, refused.value.code, refused.value.param) == (400, "resource_missing", name)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.retrieve("pi_nothing")
    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")


def test_the_fee_may_come_after_the_payment_and_comes_once(
    client: stripe.StripeClient, control: Control, product: Product, look: Control
) -> None:
    control("fees", late=3600)
    intent = paid(client, expand=["latest_charge"])
    assert isinstance(intent.latest_charge, stripe.Charge)
    assert intent.latest_charge.balance_transaction is None

    control("clock", advance=3600)

    charge = client.v1.charges.retrieve(intent.latest_charge.id, {"expand": ["balance_transaction"]})
    assert isinstance(charge.balance_transaction, stripe.BalanceTransaction)
    assert charge.balance_transaction.fee == 100
    control("clock", advance=3600)
    assert look("totals")["fees_cents"] == 100
    eventually(lambda: "charge.updated" in product.types())
