from __future__ import annotations

import json
import time
from typing import Any, get_args

import pytest
import stripe

from sandbox.server import Sandbox
from sandbox.stripe.parameters import _hints
from sandbox.tests.conftest import Control, Product, eventually, headers_of, paid, top_up

PAID_SESSION = [
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.succeeded",
    "checkout.session.completed",
]


def read(client: stripe.StripeClient, sandbox: Sandbox, delivery: tuple[bytes, str]) -> stripe.Event:
    body, signature = delivery
    return client.construct_event(body, signature, sandbox.world.webhook_secret)


def test_a_payment_is_told_in_order_and_signed(
    client: stripe.StripeClient, sandbox: Sandbox, product: Product, control: Control
) -> None:
    session = top_up(client)
    control(f"pay/{session.id}")

    eventually(lambda: product.types() == PAID_SESSION)

    events = [read(client, sandbox, delivery) for delivery in product.received]
    assert {(event.api_version, event.livemode) for event in events} == {("2026-10-28.endive", False)}
    assert events[-1].data.object["id"] == session.id
    assert events[-1].data.object["payment_status"] == "paid"
    assert events[1].data.object["object"] == "charge"


def test_an_event_names_the_request_that_made_it(
    client: stripe.StripeClient, sandbox: Sandbox, product: Product
) -> None:
    made = client.v1.customers.create({}, {"idempotency_key": "customer-1"})

    eventually(lambda: product.received)

    event = read(client, sandbox, product.received[0])
    assert event.request is not None
    assert event.request.idempotency_key == "customer-1"
    assert event.request.id == headers_of(made)["Request-Id"]


def test_an_event_tells_what_was_true_when_it_happened(client: stripe.StripeClient) -> None:
    intent = paid(client)
    client.v1.refunds.create({"payment_intent": intent.id, "amount": 2000})

    succeeded, refunded = (
        client.v1.events.list({"type": name}).data[0] for name in ("charge.succeeded", "charge.refunded")
    )

    assert succeeded.data.object["amount_refunded"] == 0
    assert refunded.data.object["amount_refunded"] == 2000
    assert refunded.data.previous_attributes is not None
    assert refunded.data.previous_attributes["amount_refunded"] == 0


def test_an_event_is_sent_again_until_it_is_accepted(
    client: stripe.StripeClient, product: Product, look: Control
) -> None:
    product.status = 500
    client.v1.customers.create({})
    eventually(lambda: product.received)
    assert client.v1.events.list({"delivery_success": True}).data == []

    product.status = 200

    eventually(lambda: client.v1.events.list({"delivery_success": True}).data)
    assert len(product.received) >= 2
    assert len({body for body, _signature in product.received}) == 1
    sending = look("events")["events"][0]["sendings"][0]
    assert (sending["state"], sending["answer"]) == ("DONE", "200")


def test_twice(client: stripe.StripeClient, product: Product, control: Control) -> None:
    control("webhooks", copies=2)

    client.v1.customers.create({})

    eventually(lambda: product.types() == ["customer.created"] * 2)
    assert len({json.loads(body)["id"] for body, _signature in product.received}) == 1


def test_reordered(client: stripe.StripeClient, product: Product, control: Control) -> None:
    control("webhooks", reordered=True)

    control(f"pay/{top_up(client).id}")

    eventually(lambda: product.types() == PAID_SESSION[::-1])


def test_late(client: stripe.StripeClient, product: Product, control: Control) -> None:
    control("webhooks", late=0.3)
    began = time.monotonic()

    client.v1.customers.create({})

    eventually(lambda: product.received)
    assert time.monotonic() - began >= 0.3


def test_lost(client: stripe.StripeClient, product: Product, control: Control, look: Control) -> None:
    control("webhooks", lost=2)

    for _event in range(3):
        client.v1.customers.create({})

    eventually(lambda: look("state")["outstanding"] == 0)
    states = [event["sendings"][0]["state"] for event in look("events")["events"]]
    assert sorted(states) == ["DONE", "LOST", "LOST"]
    assert product.types() == ["customer.created"]
    assert len(client.v1.events.list().data) == 3


def test_all_lost(client: stripe.StripeClient, product: Product, control: Control, look: Control) -> None:
    control("webhooks", lost=-1)

    control(f"pay/{top_up(client).id}")

    assert look("state")["outstanding"] == 0
    assert product.received == []


def test_held_and_released(client: stripe.StripeClient, product: Product, control: Control, look: Control) -> None:
    control("webhooks", held=True)
    control(f"pay/{top_up(client).id}")
    assert look("state")["outstanding"] == 0
    assert product.received == []

    assert control("webhooks/release")["released"] == 4

    eventually(lambda: product.types() == PAID_SESSION)
    assert look("state")["webhooks"]["held"] is False


def test_held_and_released_in_disorder(client: stripe.StripeClient, product: Product, control: Control) -> None:
    control("webhooks", held=True)
    control(f"pay/{top_up(client).id}")

    control("webhooks", reordered=True)
    control("webhooks/release")

    eventually(lambda: product.types() == PAID_SESSION[::-1])


@pytest.mark.parametrize("mode", ["forged", "stale"])
def test_a_bad_copy_goes_before_the_true_one(
    client: stripe.StripeClient, sandbox: Sandbox, product: Product, control: Control, mode: str
) -> None:
    control("webhooks", **{mode: 1})

    client.v1.customers.create({})

    eventually(lambda: len(product.received) == 2)
    bad, true = product.received
    with pytest.raises(stripe.SignatureVerificationError):
        read(client, sandbox, bad)
    assert read(client, sandbox, true).type == "customer.created"


def test_a_bad_copy_that_is_refused_is_not_sent_again(
    client: stripe.StripeClient, product: Product, control: Control, look: Control
) -> None:
    product.status = 400
    control("webhooks", forged=1, lost=1)

    client.v1.customers.create({})

    eventually(lambda: look("state")["outstanding"] == 0)
    assert [each["state"] for each in look("events")["events"][0]["sendings"]] == ["REFUSED", "LOST"]
    assert len(product.received) == 1


def test_a_forger_tells_of_a_payment_that_never_was(
    client: stripe.StripeClient, sandbox: Sandbox, product: Product, control: Control
) -> None:
    session = top_up(client)
    product.status = 400

    assert control("forge")["answer"] == 400

    body, signature = product.received[-1]
    told = json.loads(body)
    assert (told["type"], told["data"]["object"]["id"]) == ("checkout.session.completed", session.id)
    assert told["data"]["object"]["payment_status"] == "paid"
    with pytest.raises(stripe.SignatureVerificationError):
        client.construct_event(body, signature, sandbox.world.webhook_secret)


def test_an_event_can_be_sent_again_on_demand(client: stripe.StripeClient, product: Product, control: Control) -> None:
    client.v1.customers.create({})
    eventually(lambda: len(product.received) == 1)

    control(f"events/{client.v1.events.list().data[0].id}/send", copies=3)

    eventually(lambda: len(product.received) == 4)
    assert control("events/evt_nothing/send")["http_status"] == 400


def test_a_payment_can_be_made_without_telling(
    client: stripe.StripeClient, product: Product, control: Control, look: Control
) -> None:
    control(f"pay/{top_up(client).id}", webhooks=False)

    assert look("state")["outstanding"] == 0
    assert product.received == []
    assert [event.type for event in client.v1.events.list().data][::-1] == PAID_SESSION


def test_modes_that_do_not_exist_are_refused(control: Control, look: Control) -> None:
    assert control("webhooks", colour="red")["http_status"] == 400
    assert control("webhooks", copies=0)["http_status"] == 400
    assert look("state")["webhooks"]["copies"] == 1


def test_events_are_found_by_type_and_time(client: stripe.StripeClient, control: Control) -> None:
    control(f"pay/{top_up(client).id}")
    listed: Any = client.v1.events.list

    assert len(listed({"type": "payment_intent.*"}).data) == 2
    assert len(listed({"types": ["charge.succeeded", "charge.failed"]}).data) == 1
    assert listed({"created": {"gt": int(time.time()) + 60}}).data == []
    event = listed({"limit": 1}).data[0]
    assert client.v1.events.retrieve(event.id).type == event.type == "checkout.session.completed"
    with pytest.raises(stripe.InvalidRequestError):
        listed({"types": ["a"] * 21})


def test_events_are_forgotten_after_thirty_days(client: stripe.StripeClient, control: Control) -> None:
    client.v1.customers.create({})
    event = client.v1.events.list().data[0].id

    control("clock", advance=30 * 24 * 3600 + 1)

    assert client.v1.events.list().data == []
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.events.retrieve(event)


def test_each_event_has_a_name_that_stripe_knows(client: stripe.StripeClient, control: Control) -> None:
    known = _known_events()
    intent = paid(client)
    made = client.v1.refunds.create({"payment_intent": intent.id, "amount": 100})
    control(f"refunds/{made.id}/fail")
    control(f"dispute/{control(f'dispute/{intent.id}')['id']}/close", outcome="won")
    control(f"pay/{top_up(client).id}", card="4000000000009995")

    names = {event.type for event in client.v1.events.list({"limit": 100}).data}

    assert len(names) >= 10
    assert names - known == set()


def _known_events() -> set[str]:
    words: set[str] = set()
    pending = [_hints(stripe.params.WebhookEndpointCreateParams)["enabled_events"]]
    while pending:
        each = pending.pop()
        words |= {each} if isinstance(each, str) else set()
        pending += get_args(each)
    return words
