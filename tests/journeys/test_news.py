"""The provider's news: late, lost, twice, reordered, forged, old, of another environment."""

from __future__ import annotations

import json
import threading
import time

import pytest
import requests
import stripe

from payments.models import EventState, WebhookEvent
from tests.journeys.visitor import Visitor
from tests.support.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.production]
CREDITED = "46,80 € ajoutés à votre compte"


def test_lost_news_and_a_closed_tab_lose_nothing(stack: Stack, claire: Visitor) -> None:
    stack.bank.deliver(lost=-1)
    claire.pay(claire.top_up("46,80"))

    claire.ends_with(4_680)


def test_the_return_page_credits_by_itself(stack: Stack, claire: Visitor) -> None:
    stack.bank.deliver(lost=-1)
    with stack.frozen("worker"):
        assert claire.heading(claire.pay(claire.top_up("46,80"))) == CREDITED

    claire.ends_with(4_680)


def test_news_that_comes_late_changes_nothing(stack: Stack, claire: Visitor) -> None:
    stack.bank.deliver(late=1.5)
    claire.open(claire.pay(claire.top_up("46,80")))
    known = WebhookEvent.objects.filter(payment=claire.payment)

    stack.wait(lambda: known.filter(state=EventState.PROCESSED).exists(), "the late news is read")
    claire.ends_with(4_680)


def test_news_five_times_in_reverse_and_the_return_page_at_once(stack: Stack, claire: Visitor) -> None:
    stack.bank.deliver(copies=5, reordered=True, held=True)
    back = claire.pay(claire.top_up("46,80"))
    opening = threading.Thread(target=claire.open, args=(back,))

    stack.bank.release()
    opening.start()
    opening.join()

    claire.ends_with(4_680)


def test_news_before_the_customer_comes_back(stack: Stack, claire: Visitor) -> None:
    back = claire.pay(claire.top_up("46,80"))
    claire.wait_for_credit()

    assert claire.heading(back) == CREDITED
    claire.ends_with(4_680)


def test_forged_and_stale_news_is_refused_before_the_true_one(stack: Stack, claire: Visitor) -> None:
    stack.bank.deliver(forged=2, stale=2)
    claire.pay(claire.top_up("46,80"))

    claire.ends_with(4_680)
    assert stack.bank.control("forge", type="checkout.session.completed")["answer"] == 400


def test_news_of_another_environment_is_refused(stack: Stack, claire: Visitor) -> None:
    claire.top_up("46,80")
    event = {
        "id": f"evt_live_{time.time_ns()}",
        "object": "event",
        "api_version": "2026-10-28.endive",
        "livemode": True,
        "type": "checkout.session.completed",
        "data": {"object": {"id": claire.payment.session_id, "object": "checkout.session"}},
    }

    assert post(stack, event) == 400
    assert post(stack, {**event, "livemode": False}) == 200
    claire.stack.bank.advance(3 * 3600)
    claire.ends_uncharged()  # an event alone credits nothing: the provider says that the page is not paid


def test_news_about_nothing_of_ours_is_kept(stack: Stack) -> None:
    event_id = f"evt_orphan_{time.time_ns()}"
    event = {
        "id": event_id,
        "object": "event",
        "livemode": False,
        "type": "payment_intent.succeeded",
        "data": {"object": {"id": "pi_of_another_shop", "object": "payment_intent", "metadata": {}}},
    }

    assert post(stack, event) == 200
    found = WebhookEvent.objects.filter(event_id=event_id, state=EventState.ORPHAN)
    stack.wait(found.exists, "the orphan is put aside")


def post(stack: Stack, event: dict[str, object]) -> int:
    """Send an event signed with the true secret."""
    body = json.dumps(event)
    signature = stripe.WebhookSignature.generate_signature_header(body, stack.bank.settings["STRIPE_WEBHOOK_SECRET"])
    return requests.post(
        f"{stack.site}/webhooks/stripe/", data=body, headers={"Stripe-Signature": signature}, timeout=20
    ).status_code
