"""What the sandbox answers has the attributes that the SDK's own classes declare: none missing, none invented."""

from __future__ import annotations

import json
from typing import Any

import pytest
import stripe

from sandbox.tests.conftest import Control, paid, top_up


@pytest.fixture
def busy(client: stripe.StripeClient, control: Control, customer: str) -> None:
    """One of everything."""
    control(f"pay/{top_up(client, customer).id}")
    intent = paid(client, customer=customer)
    client.v1.refunds.create({"payment_intent": intent.id, "amount": 100})
    paid(client, payment_method="pm_card_createDispute")
    with pytest.raises(stripe.CardError):
        paid(client, payment_method="pm_card_chargeDeclined")
    client.v1.payment_methods.attach("pm_card_visa", {"customer": customer})
    client.v1.checkout.sessions.create({"mode": "setup", "currency": "eur", "success_url": "http://127.0.0.1/"})
    control("clock", advance=5 * 24 * 3600)
    control("payout")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("customers", stripe.Customer),
        ("checkout/sessions", stripe.checkout.Session),
        ("payment_intents", stripe.PaymentIntent),
        ("setup_intents", stripe.SetupIntent),
        ("charges", stripe.Charge),
        ("refunds", stripe.Refund),
        ("disputes", stripe.Dispute),
        ("balance_transactions", stripe.BalanceTransaction),
        ("payment_methods", stripe.PaymentMethod),
        ("payouts", stripe.Payout),
        ("events", stripe.Event),
    ],
)
@pytest.mark.usefixtures("busy")
def test_objects_have_the_attributes_of_the_sdk(client: stripe.StripeClient, path: str, kind: type[Any]) -> None:
    found = json.loads(client.raw_request("get", f"/v1/{path}", limit=100).body)["data"]

    assert found
    declared = set(kind.__annotations__) - {"OBJECT_NAME"}
    always = {name for name in declared if "Optional" not in str(kind.__annotations__[name])}
    for thing in found:
        assert set(thing) - declared == set()
        assert always - set(thing) == set()
        assert thing["object"] == kind.OBJECT_NAME
