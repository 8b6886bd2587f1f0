from __future__ import annotations

import pytest
import stripe

from sandbox.tests.conftest import Control, Visitor, paid, top_up


def test_a_saved_card_is_listed_and_charged(client: stripe.StripeClient, customer: str) -> None:
    method = client.v1.payment_methods.attach("pm_card_visa", {"customer": customer})

    assert method.card is not None
    assert (method.customer, method.card.last4, method.card.brand) == (customer, "4242", "visa")
    assert [each.id for each in client.v1.customers.payment_methods.list(customer).data] == [method.id]
    for _time in range(2):
        assert paid(client, customer=customer, payment_method=method.id).status == "succeeded"


def test_a_detached_card_can_be_neither_charged_nor_attached_again(
    client: stripe.StripeClient, customer: str, look: Control
) -> None:
    method = client.v1.payment_methods.attach("pm_card_visa", {"customer": customer}).id

    assert client.v1.payment_methods.detach(method).customer is None

    with pytest.raises(stripe.InvalidRequestError, match="may not be used again"):
        paid(client, customer=customer, payment_method=method)
    with pytest.raises(stripe.InvalidRequestError, match="may not be used again"):
        client.v1.payment_methods.attach(method, {"customer": customer})
    with pytest.raises(stripe.InvalidRequestError, match="not attached"):
        client.v1.payment_methods.detach(method)
    assert look("totals")["captured_cents"] == 0
    assert client.v1.customers.payment_methods.list(customer).data == []


def test_a_card_used_once_without_a_customer_is_used_up(client: stripe.StripeClient) -> None:
    method = str(paid(client).payment_method)

    with pytest.raises(stripe.InvalidRequestError, match="may not be used again"):
        paid(client, payment_method=method)


def test_the_card_of_one_customer_is_not_charged_for_another(client: stripe.StripeClient, customer: str) -> None:
    method = client.v1.payment_methods.attach("pm_card_visa", {"customer": customer}).id
    stranger = client.v1.customers.create({}).id

    with pytest.raises(stripe.InvalidRequestError, match="does not belong"):
        paid(client, customer=stranger, payment_method=method)
    with pytest.raises(stripe.InvalidRequestError, match="belongs to a Customer"):
        paid(client, payment_method=method)
    with pytest.raises(stripe.InvalidRequestError, match="already been attached"):
        client.v1.payment_methods.attach(method, {"customer": stranger})


def test_a_card_that_would_be_refused_does_not_attach(client: stripe.StripeClient, customer: str) -> None:
    with pytest.raises(stripe.CardError) as refused:
        client.v1.payment_methods.attach("pm_card_chargeDeclined", {"customer": customer})

    assert refused.value.code == "card_declined"


def test_a_card_may_attach_and_be_refused_later(client: stripe.StripeClient, customer: str) -> None:
    method = client.v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": customer}).id

    with pytest.raises(stripe.CardError):
        paid(client, customer=customer, payment_method=method)


def test_a_card_comes_as_a_token_or_a_number(client: stripe.StripeClient) -> None:
    token = client.v1.payment_methods.create({"type": "card", "card": {"token": "tok_visa"}})
    number = client.v1.payment_methods.create(
        {"type": "card", "card": {"number": "5555555555554444", "exp_month": 3, "exp_year": 2031, "cvc": "123"}}
    )

    assert token.card is not None
    assert number.card is not None
    assert (token.card.brand, number.card.brand, number.card.exp_year) == ("visa", "mastercard", 2031)
    with pytest.raises(stripe.CardError) as refused:
        client.v1.payment_methods.create(
            {"type": "card", "card": {"number": "4242424242424241", "exp_month": 3, "exp_year": 2031}}
        )
    assert refused.value.code == "incorrect_number"


def test_the_holder_changes_the_network_of_a_saved_card(client: stripe.StripeClient, customer: str) -> None:
    method = client.v1.payment_methods.attach("pm_card_cartesBancaires", {"customer": customer}).id

    changed = client.v1.payment_methods.update(
        method, {"card": {"networks": {"preferred": "cartes_bancaires"}}, "metadata": {"label": "pro"}}
    )

    assert changed.card is not None
    assert changed.metadata is not None
    assert (changed.card.display_brand, changed.metadata["label"]) == ("cartes_bancaires", "pro")
    assert client.v1.payment_methods.retrieve(method).card == changed.card


def test_a_customer_is_created_changed_and_read(client: stripe.StripeClient) -> None:
    made = client.v1.customers.create(
        {"email": "a@exemple.fr", "metadata": {"number": "C104273", "old": "x"}, "preferred_locales": ["fr"]}
    )

    client.v1.customers.update(made.id, {"name": "Anne", "metadata": {"old": ""}, "address": {"country": "FR"}})

    found = client.v1.customers.retrieve(made.id)
    assert found.metadata is not None
    assert (found.name, found.email, found.metadata.to_dict()) == ("Anne", "a@exemple.fr", {"number": "C104273"})
    assert found.address is not None
    assert found.address.country == "FR"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.customers.update(made.id, {"email": "not an address"})
    assert refused.value.code == "email_invalid"


@pytest.mark.parametrize("notes", [{"k" * 41: "v"}, {"k": "v" * 501}, {f"k{n}": "v" for n in range(51)}])
def test_metadata_has_limits(client: stripe.StripeClient, notes: dict[str, str]) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="etadata"):
        client.v1.customers.create({"metadata": notes})


def test_a_page_offers_saved_cards_only_when_it_is_asked_to(
    client: stripe.StripeClient, customer: str, visitor: Visitor, control: Control
) -> None:
    first = top_up(client, customer, payment_intent_data={"setup_future_usage": "off_session"})
    control(f"pay/{first.id}", card="5555555555554444")
    (saved,) = client.v1.customers.payment_methods.list(customer).data
    plain = top_up(client, customer)
    offering = top_up(client, customer, saved_payment_method_options={"allow_redisplay_filters": ["limited"]})
    strict = top_up(client, customer, saved_payment_method_options={"allow_redisplay_filters": ["always"]})

    assert saved.allow_redisplay == "limited"
    assert f'value="{saved.id}"' in visitor.get(f"/checkout/{offering.id}").body
    for page in (plain, strict):
        assert saved.id not in visitor.get(f"/checkout/{page.id}").body
        assert control(f"pay/{page.id}", method=saved.id)["outcome"] == "DECLINED"
    answer = visitor.post(f"/checkout/{offering.id}", {"saved": saved.id})
    assert answer.status == 303
    assert client.v1.checkout.sessions.retrieve(offering.id).payment_status == "paid"


def test_a_page_that_saves_pays_nothing_and_so_offers_nothing(client: stripe.StripeClient, customer: str) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="saved_payment_method_options"):
        client.v1.checkout.sessions.create(
            {
                "mode": "setup",
                "customer": customer,
                "currency": "eur",
                "success_url": "http://localhost/ok",
                "saved_payment_method_options": {"allow_redisplay_filters": ["always"]},
            }
        )


def test_the_network_of_a_card_is_one_of_its_own(client: stripe.StripeClient, customer: str) -> None:
    method = client.v1.payment_methods.attach("pm_card_cartesBancaires", {"customer": customer}).id

    changed = client.v1.payment_methods.update(method, {"card": {"networks": {"preferred": "visa"}}})

    assert changed.card is not None
    assert changed.card.display_brand == "visa"
    with pytest.raises(stripe.InvalidRequestError, match="does not support the network"):
        client.v1.payment_methods.update(method, {"card": {"networks": {"preferred": "mastercard"}}})


def test_a_card_is_taken_away_and_renewed_without_a_word_of_ours(
    client: stripe.StripeClient, customer: str, control: Control, look: Control
) -> None:
    method = client.v1.payment_methods.attach("pm_card_visa", {"customer": customer}).id

    control(f"methods/{method}/renew", month=3, year=2041)
    control(f"methods/{method}/detach")

    found = client.v1.payment_methods.retrieve(method)
    assert found.card is not None
    assert (found.customer, found.card.exp_month, found.card.exp_year) == (None, 3, 2041)
    told = [event.type for event in client.v1.events.list({"limit": 2}).data]
    assert told == ["payment_method.detached", "payment_method.automatically_updated"]
