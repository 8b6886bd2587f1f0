from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from ledger import selectors as ledger
from payments.models import EventState, PaymentStatus, WebhookEvent
from tests.journeys.visitor import Visitor
from tests.support.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.production]
CREDITED = "46,80 € ajoutés à votre compte"


def approve(claire: Visitor, address: str, funding: str = "accepted") -> str:
    """She agrees on PayPal's page; returns the address that it leads back to."""
    order = parse_qs(urlsplit(address).query)["token"][0]
    done = claire.stack.bank.control(f"paypal/approve/{order}", funding=funding)
    return str(done["return_url"])


def is_credited(claire: Visitor) -> bool:
    return claire.payment.status == PaymentStatus.SUCCEEDED


def has_the_money_once(claire: Visitor) -> bool:
    balance = ledger.get_balance(claire.customer.pk)
    return (balance.balance.cents, balance.incoming.cents) == (4_680, 0)


def test_a_customer_pays_with_paypal_and_reads_that_it_is_credited(stack: Stack, claire: Visitor) -> None:
    back = approve(claire, claire.top_up("46,80", method="PAYPAL"))

    assert claire.heading(back) == CREDITED
    assert has_the_money_once(claire)
    assert claire.payment.fee_cents == 171


def test_an_approval_whose_customer_never_comes_back_is_captured_by_the_webhook(stack: Stack, claire: Visitor) -> None:
    stack.bank.control("paypal/webhooks", copies=2, forged=1, stale=1)
    approve(claire, claire.top_up("46,80", method="PAYPAL"))

    stack.wait(lambda: is_credited(claire), "the approved order is captured")
    stack.bank.control("paypal/webhooks/reset")

    assert has_the_money_once(claire)
    told = WebhookEvent.objects.filter(provider="PAYPAL", payment=claire.payment)
    stack.wait(lambda: told.filter(state=EventState.PROCESSED).count() == 2, "both events are worked on, once")


def test_lost_webhooks_and_a_closed_tab_lose_nothing(stack: Stack, claire: Visitor) -> None:
    stack.bank.control("paypal/webhooks", lost=-1)
    approve(claire, claire.top_up("46,80", method="PAYPAL"))

    stack.wait(lambda: is_credited(claire), "the sweeper finds the approved order")
    stack.bank.control("paypal/webhooks/reset")

    assert has_the_money_once(claire)


def test_a_payment_that_paypal_reviews_is_credited_when_it_is_done(stack: Stack, claire: Visitor) -> None:
    back = approve(claire, claire.top_up("46,80", method="PAYPAL"), "pending")
    assert claire.heading(back) == "Vérification en cours. Ne payez pas une seconde fois."
    assert ledger.get_balance(claire.customer.pk).balance.cents == 0

    stack.bank.control(f"paypal/captures/{_capture_of(stack, claire)}/complete")

    stack.wait(lambda: is_credited(claire), "the reviewed payment is credited")
    assert has_the_money_once(claire)


def test_refused_funds_lead_back_to_paypal_and_other_funds_pay(claire: Visitor) -> None:
    page = claire.top_up("46,80", method="PAYPAL")
    told = claire.open(approve(claire, page, "declined"))

    assert "PayPal a refusé le paiement" in told
    assert page.replace("&", "&amp;") in told
    assert claire.heading(approve(claire, page)) == CREDITED


def _capture_of(stack: Stack, claire: Visitor) -> str:
    waiting = WebhookEvent.objects.filter(type="PAYMENT.CAPTURE.PENDING", payload__resource__custom_id=_id_of(claire))
    stack.wait(waiting.exists, "PayPal says that it reviews the payment")
    return waiting.get().object_id


def _id_of(claire: Visitor) -> str:
    return str(claire.payment.public_id)
