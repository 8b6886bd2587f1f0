from __future__ import annotations

import pytest
import stripe

from sandbox.tests.conftest import Control, Product, eventually, paid


def refund(client: stripe.StripeClient, intent: stripe.PaymentIntent, amount: int | None = None) -> stripe.Refund:
    parameters = {"payment_intent": intent.id, "reason": "requested_by_customer", "metadata": {"refund": "r1"}}
    return client.v1.refunds.create(parameters | ({"amount": amount} if amount else {}))  # type: ignore[arg-type]


def charge_of(client: stripe.StripeClient, intent: stripe.PaymentIntent) -> stripe.Charge:
    return client.v1.charges.retrieve(str(intent.latest_charge))


def test_a_refund_in_parts_never_exceeds_the_charge(client: stripe.StripeClient, look: Control) -> None:
    intent = paid(client)

    first = refund(client, intent, 2000)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        refund(client, intent, 3001)
    refund(client, intent, 3000)

    assert (first.status, first.amount, first.metadata["refund"] if first.metadata else "") == ("succeeded", 2000, "r1")
    assert (refused.value.code, refused.value.param) == ("amount_too_large", "amount")
    charge = charge_of(client, intent)
    assert (charge.amount_refunded, charge.refunded) == (5000, True)
    with pytest.raises(stripe.InvalidRequestError) as again:
        refund(client, intent)
    assert again.value.code == "charge_already_refunded"
    sums = look("totals")
    assert (sums["refunded_cents"], sums["kept_cents"], sums["fees_cents"], sums["net_cents"]) == (5000, 0, 100, -100)


def test_a_refund_takes_all_that_is_left_unless_told(client: stripe.StripeClient) -> None:
    intent = paid(client)
    refund(client, intent, 1)

    assert refund(client, intent).amount == 4999


def test_a_huge_refund_of_a_small_charge_is_refused(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        refund(client, paid(client, amount=1234), 100_000)


def test_nothing_is_refunded_where_nothing_was_taken(client: stripe.StripeClient) -> None:
    unpaid = client.v1.payment_intents.create({"amount": 5000, "currency": "eur"})
    with pytest.raises(stripe.CardError) as refused:
        paid(client, payment_method="pm_card_chargeDeclined")
    assert refused.value.error is not None
    assert refused.value.error.payment_intent is not None

    for intent in (unpaid.id, refused.value.error.payment_intent.id):
        with pytest.raises(stripe.InvalidRequestError):
            client.v1.refunds.create({"payment_intent": intent})


def test_a_refund_names_one_thing(client: stripe.StripeClient) -> None:
    intent = paid(client)

    for both_or_none in ({}, {"payment_intent": intent.id, "charge": str(intent.latest_charge)}):
        with pytest.raises(stripe.InvalidRequestError):
            client.v1.refunds.create(both_or_none)  # type: ignore[arg-type]
    assert client.v1.refunds.create({"charge": str(intent.latest_charge)}).payment_intent == intent.id


def test_refunds_are_listed_by_payment(client: stripe.StripeClient) -> None:
    first, second = paid(client), paid(client)
    wanted = refund(client, first, 100)
    refund(client, second, 100)

    assert [each.id for each in client.v1.refunds.list({"payment_intent": first.id}).data] == [wanted.id]
    assert client.v1.refunds.retrieve(wanted.id).charge == first.latest_charge


def test_a_refund_of_the_providers_own_pages_is_told(
    client: stripe.StripeClient, control: Control, product: Product
) -> None:
    intent = paid(client)

    made = control(f"refund/{intent.id}", amount=1500)

    assert (made["amount"], made["metadata"]) == (1500, {})
    eventually(lambda: {"charge.refunded", "refund.created"} <= set(product.types()))


def test_a_slow_refund_is_pending_until_it_arrives(client: stripe.StripeClient, control: Control) -> None:
    pending = refund(client, paid(client, payment_method="pm_card_pendingRefund"))
    assert pending.status == "pending"

    control(f"refunds/{pending.id}/succeed")

    assert client.v1.refunds.retrieve(pending.id).status == "succeeded"


def test_a_refund_that_comes_back_can_be_made_again(
    client: stripe.StripeClient, control: Control, product: Product, look: Control
) -> None:
    intent = paid(client)
    made = refund(client, intent)

    control(f"refunds/{made.id}/fail", reason="expired_or_canceled_card")

    failed = client.v1.refunds.retrieve(made.id, {"expand": ["failure_balance_transaction"]})
    assert (failed.status, failed.failure_reason) == ("failed", "expired_or_canceled_card")
    assert isinstance(failed.failure_balance_transaction, stripe.BalanceTransaction)
    assert failed.failure_balance_transaction.net == 5000
    assert charge_of(client, intent).amount_refunded == 0
    assert look("totals")["kept_cents"] == 5000
    eventually(lambda: "refund.failed" in product.types())
    assert refund(client, intent).status == "succeeded"


def test_the_card_of_failing_refunds_fails_by_itself_later(client: stripe.StripeClient, control: Control) -> None:
    made = refund(client, paid(client, payment_method="pm_card_refundFail"))
    assert made.status == "succeeded"

    control("clock", advance=3600)

    assert client.v1.refunds.retrieve(made.id).status == "failed"
