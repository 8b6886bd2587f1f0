from __future__ import annotations

import pytest
import stripe

from sandbox.tests.conftest import Control, Product, eventually, paid


def sent(client: stripe.StripeClient, control: Control, **options: object) -> str:
    paid(client, amount=10000)
    assert control("available")["available"] == 9825
    return str(control("payout", **options)["id"])


def net_of(client: stripe.StripeClient, payout: str) -> list[tuple[str, int]]:
    return [(each.type, each.net) for each in client.v1.balance_transactions.list({"source": payout}).data]


@pytest.mark.parametrize(
    "story",
    [
        ("pending", "canceled", "payout_cancel"),
        ("in_transit", "failed", "payout_failure"),
        ("paid", "failed", "payout_failure"),
    ],
)
def test_a_payout_that_comes_back_is_a_movement_of_its_own(
    client: stripe.StripeClient, control: Control, product: Product, story: tuple[str, str, str]
) -> None:
    began, end, back = story
    payout = sent(client, control, status=began)
    assert client.v1.balance.retrieve().available[0].amount == 0

    control(f"payouts/{payout}/move", status=end)

    assert client.v1.payouts.retrieve(payout).status == end
    assert net_of(client, payout) == [(back, 9825), ("payout", -9825)]
    assert client.v1.balance.retrieve().available[0].amount == 9825
    eventually(lambda: f"payout.{end}" in product.types())
    assert control(f"payouts/{payout}/move", status="paid")["http_status"] == 400


def test_an_instant_payout_costs(client: stripe.StripeClient, control: Control) -> None:
    payout = sent(client, control, fee=98)

    [movement] = client.v1.balance_transactions.list({"source": payout}).data

    assert client.v1.payouts.retrieve(payout).amount == 9825 - 98
    assert (movement.amount, movement.fee, movement.net) == (-9727, 98, -9825)


def test_anything_else_may_move_the_balance(client: stripe.StripeClient, control: Control) -> None:
    control("movement", kind="stripe_fee", amount=-200)
    control("movement", kind="adjustment", amount=-300, currency="usd", category="other_adjustment")

    balance = client.v1.balance.retrieve()
    told = client.v1.balance_transactions.list().data

    assert [(each.currency, each.amount) for each in balance.available] == [("eur", -200), ("usd", -300)]
    assert [(each.reporting_category, each.source) for each in told] == [
        ("other_adjustment", None),
        ("stripe_fee", None),
    ]
