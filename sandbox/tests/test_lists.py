from __future__ import annotations

import time

import pytest
import stripe

from sandbox.tests.conftest import Control, paid, top_up


def test_a_list_is_paged_both_ways(client: stripe.StripeClient) -> None:
    made = [client.v1.customers.create({"name": str(number)}).id for number in range(5)][::-1]

    first = client.v1.customers.list({"limit": 2})
    second = client.v1.customers.list({"limit": 2, "starting_after": made[1]})
    last = client.v1.customers.list({"limit": 2, "starting_after": made[3]})
    back = client.v1.customers.list({"limit": 2, "ending_before": made[4]})

    assert [each.id for each in first.data] == made[:2]
    assert [each.id for each in second.data] == made[2:4]
    assert ([each.id for each in last.data], last.has_more) == ([made[4]], False)
    assert ([each.id for each in back.data], back.has_more) == (made[2:4], True)
    assert first.has_more is True


def test_the_sdk_walks_through_all_pages(client: stripe.StripeClient) -> None:
    for _customer in range(7):
        client.v1.customers.create({})

    assert len(list(client.v1.customers.list({"limit": 3}).auto_paging_iter())) == 7


def test_a_list_is_filtered_by_time(client: stripe.StripeClient, control: Control) -> None:
    control("clock", at="2026-03-01T12:00:00Z")
    old = paid(client)
    control("clock", reset=True)
    new = paid(client)

    recent = client.v1.payment_intents.list({"created": {"gte": int(time.time()) - 600}})
    before = client.v1.payment_intents.list({"created": {"lt": int(time.time()) - 600}})

    assert [each.id for each in recent.data] == [new.id]
    assert [each.id for each in before.data] == [old.id]
    assert 0 <= old.created - 1772366400 < 600


def test_history_made_afterwards_stands_in_its_place(client: stripe.StripeClient, control: Control) -> None:
    now = paid(client)
    control("clock", at="2026-03-01T12:00:00Z")
    then = paid(client)

    assert [each.id for each in client.v1.payment_intents.list().data] == [now.id, then.id]


@pytest.mark.parametrize(
    ("parameters", "param"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 101}, "limit"),
        ({"starting_after": "cus_nobody"}, "starting_after"),
        ({"starting_after": "a", "ending_before": "b"}, "ending_before"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_page_that_cannot_be_is_refused(
    client: stripe.StripeClient, parameters: dict[str, object], param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.customers.list(parameters)  # type: ignore[arg-type]

    assert refused.value.param == param


def test_expansion_reaches_the_fee_of_a_session(client: stripe.StripeClient, control: Control, customer: str) -> None:
    session = top_up(client, customer)
    control(f"pay/{session.id}")

    found = client.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["payment_intent.latest_charge.balance_transaction", "customer", "line_items"]}
    )

    assert isinstance(found.payment_intent, stripe.PaymentIntent)
    assert isinstance(found.payment_intent.latest_charge, stripe.Charge)
    assert isinstance(found.payment_intent.latest_charge.balance_transaction, stripe.BalanceTransaction)
    assert found.payment_intent.latest_charge.balance_transaction.fee == 100
    assert isinstance(found.customer, stripe.Customer)
    assert found.line_items is not None
    assert found.line_items.data[0].description == "Alimentation"


def test_lists_are_expanded_through_their_data(client: stripe.StripeClient) -> None:
    intent = paid(client)

    listed = client.v1.payment_intents.list({"expand": ["data.latest_charge.balance_transaction"]}).data[0]
    movement = client.v1.balance_transactions.list({"expand": ["data.source"]}).data[0]

    assert isinstance(listed.latest_charge, stripe.Charge)
    assert isinstance(movement.source, stripe.Charge)
    assert movement.source.payment_intent == intent.id


@pytest.mark.parametrize("path", ["amount", "colour", "latest_charge.amount", "a.b.c.d.e"])
def test_what_cannot_be_expanded_is_refused_and_nothing_is_done(
    client: stripe.StripeClient, path: str, look: Control
) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="cannot"):
        paid(client, expand=[path])

    assert look("totals")["captured_cents"] == 0


def test_totals_are_told_by_customer(client: stripe.StripeClient, customer: str, look: Control) -> None:
    paid(client, customer=customer)
    other = paid(client)
    client.v1.refunds.create({"payment_intent": other.id})

    mine, all_of_them = look(f"totals?customer={customer}"), look("totals")

    assert (mine["captured_cents"], mine["refunded_cents"], mine["fees_cents"]) == (5000, 0, 100)
    assert (all_of_them["captured_cents"], all_of_them["refunded_cents"], all_of_them["charges"]) == (10000, 5000, 2)


def test_a_payment_can_be_made_at_another_time(client: stripe.StripeClient, control: Control) -> None:
    control("clock", at="2026-06-15T08:00:00+02:00")
    session = top_up(client)

    intent = control(f"pay/{session.id}", at="2026-06-15T08:10:00+02:00")["payment_intent"]

    assert client.v1.payment_intents.retrieve(intent).created == 1781503800
    assert control("clock", at="nonsense")["http_status"] == 400
    assert control("clock")["http_status"] == 400
