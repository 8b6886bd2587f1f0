from __future__ import annotations

import time

import pytest
import stripe

from sandbox.tests.conftest import Control, Visitor, paid


def taken(look: Control) -> int:
    return int(look("totals")["captured_cents"])


@pytest.mark.parametrize(
    ("fault", "cents"),
    [
        ({"kind": "refuse"}, 0),
        ({"kind": "timeout_before", "seconds": 0.1}, 0),
        ({"kind": "drop"}, 5000),
        ({"kind": "timeout", "seconds": 0.1}, 5000),
        ({"kind": "truncate"}, 5000),
    ],
)
def test_a_cut_call_is_a_connection_error_whether_or_not_money_moved(
    client: stripe.StripeClient, control: Control, look: Control, fault: dict[str, object], cents: int
) -> None:
    control("faults", **fault)

    with pytest.raises(stripe.APIConnectionError):
        paid(client)

    assert taken(look) == cents
    assert paid(client).status == "succeeded"


def test_garbage_is_no_answer(client: stripe.StripeClient, control: Control, look: Control) -> None:
    control("faults", kind="garbage")

    with pytest.raises(stripe.APIError):
        paid(client)

    assert taken(look) == 5000


def test_too_many_requests(client: stripe.StripeClient, control: Control, look: Control) -> None:
    control("faults", kind="status", status=429, retry_after=2)

    with pytest.raises(stripe.RateLimitError) as limited:
        paid(client)

    assert limited.value.headers is not None
    assert (limited.value.http_status, limited.value.headers["Retry-After"], taken(look)) == (429, "2", 0)


def test_a_503_uses_up_no_key(client: stripe.StripeClient, control: Control, look: Control) -> None:
    control("faults", kind="status", status=503)
    options = {"idempotency_key": "debit-1"}
    charge = {"amount": 5000, "currency": "eur", "payment_method": "pm_card_visa", "confirm": True}

    with pytest.raises(stripe.APIError) as failed:
        client.v1.payment_intents.create(charge, options)  # type: ignore[arg-type]

    assert failed.value.http_status == 503
    assert client.v1.payment_intents.create(charge, options).status == "succeeded"  # type: ignore[arg-type]
    assert taken(look) == 5000


def test_a_slow_call_is_answered_in_the_end(client: stripe.StripeClient, control: Control) -> None:
    control("faults", kind="slow", seconds=0.3)
    began = time.monotonic()

    assert paid(client).status == "succeeded"
    assert time.monotonic() - began >= 0.3


def test_a_fault_concerns_the_calls_it_names_and_only_so_many(client: stripe.StripeClient, control: Control) -> None:
    control("faults", kind="status", status=503, path="/v1/refunds", method="POST", times=2)
    intent = paid(client).id
    client.v1.refunds.list()

    for _time in range(2):
        with pytest.raises(stripe.APIError):
            client.v1.refunds.create({"payment_intent": intent})
    assert client.v1.refunds.create({"payment_intent": intent}).amount == 5000


def test_faults_can_be_seen_and_cleared(client: stripe.StripeClient, control: Control, look: Control) -> None:
    control("faults", kind="drop", times=5)
    assert look("state")["faults"][0]["times"] == 5

    control("faults/clear")

    assert look("state")["faults"] == []
    assert paid(client).status == "succeeded"


@pytest.mark.parametrize("options", [{}, {"kind": "explosion"}, {"kind": "drop", "colour": "red"}])
def test_a_fault_that_does_not_exist_is_refused(control: Control, options: dict[str, str]) -> None:
    assert control("faults", **options)["http_status"] == 400


def test_the_calls_are_told(client: stripe.StripeClient, control: Control, look: Control) -> None:
    control("faults", kind="refuse")
    with pytest.raises(stripe.APIConnectionError):
        paid(client)
    paid(client)

    calls = look("calls")["calls"]

    assert [(call["path"], call["status"], call["fault"]) for call in calls] == [
        ("/v1/payment_intents", None, "refuse"),
        ("/v1/payment_intents", 200, None),
    ]


def test_a_body_too_large_or_of_unknown_length_is_refused(visitor: Visitor) -> None:
    assert visitor.post("/v1/customers", {"name": "x" * 1_100_000}).status == 413
    assert visitor.get("/", **{"Content-Length": "many"}).status == 411
    assert visitor.post("/v1/customers", {f"k{n}": "" for n in range(2_100)}).status in {400, 401}


def test_another_site_can_neither_read_nor_switch(visitor: Visitor) -> None:
    assert visitor.get("/mailbox.json", Host="evil.example:8100").status == 421
    assert visitor.post("/_control/reset", Origin="https://evil.example").status == 403
    assert visitor.post("/_control/reset", Origin=visitor.origin).status == 303


def test_what_does_not_exist_is_a_404(visitor: Visitor) -> None:
    for path in ("/nothing", "/checkout/cs_nothing", "/mailbox/99", "/authenticate/pi_nothing", "/_control/nothing"):
        assert visitor.get(path).status == 404
    assert visitor.post("/checkout/cs_nothing", {"card": "4242424242424242"}).status == 404
    assert visitor.post("/checkout/cs_nothing/challenge", {"answer": "accept"}).status == 404
