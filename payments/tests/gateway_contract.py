"""What each gateway promises, tested against an imitation of its provider. The tests of each gateway inherit this."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.money import Money
from payments.gateways.base import Gateway, Order, PageState, Person, Refused, Unsure
from payments.models import Failure
from tests.support.bank import AMEX, ASKING_CARD, GOOD_CARD, POOR_CARD, STOLEN_CARD, Bank

CLAIRE = Person("C100001", "Claire Martin", "claire@example.org", "fr", key="customer-C100001-x")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def order_of(gateway: Gateway, reference: str = "one", cents: int = 4_680) -> Order:
    return Order(
        reference=reference,
        person=gateway.register(CLAIRE),
        amount=Money(cents),
        label="Alimentation du compte C100001-23",
        statement_label="C100001-23",
        language="fr",
        success_url="http://localhost:8000/paiements/one/",
        cancel_url="http://localhost:8000/paiements/one/annule/",
        expires_at=datetime.now(UTC).replace(microsecond=0) + timedelta(hours=2),
        key=f"payment-{reference}-1",
    )


class GatewayContract:
    """Inherit it, with the fixtures `gateway` (the real one) and `bank` (the imitation behind it)."""

    def test_the_same_person_is_registered_once(self, gateway: Gateway) -> None:
        assert gateway.register(CLAIRE) == gateway.register(CLAIRE) != ""

    def test_an_opened_page_waits_for_the_customer(self, gateway: Gateway) -> None:
        order = order_of(gateway)

        page = gateway.open_page(order)

        assert (page.state, page.reference, page.person) == (PageState.OPEN, "one", order.person)
        assert page.url.startswith("http")
        assert page.receipt is None

    def test_the_same_key_opens_the_same_page(self, gateway: Gateway) -> None:
        order = order_of(gateway)

        assert gateway.open_page(order).session_id == gateway.open_page(order).session_id

    def test_the_same_key_with_another_amount_is_no_refusal(self, gateway: Gateway) -> None:
        order = order_of(gateway)
        gateway.open_page(order)

        with pytest.raises(Unsure):  # something was accepted under that key: nothing may be concluded
            gateway.open_page(replace(order, amount=Money(9_999)))

    def test_an_accepted_card_gives_a_receipt(self, gateway: Gateway, bank: Bank) -> None:
        opened = gateway.open_page(order_of(gateway))
        bank.pay(opened.session_id, card=GOOD_CARD)

        page = gateway.read_page(opened.session_id)

        assert page.state == PageState.PAID
        assert page.receipt is not None
        assert (page.receipt.received, page.receipt.currency) == (Money(4_680), "EUR")
        assert (page.receipt.card_brand, page.receipt.card_last4) == ("visa", "4242")
        assert page.receipt.object_id
        assert page.receipt.charge_id
        assert datetime.now(UTC) - page.receipt.paid_at < timedelta(minutes=1)
        assert page.receipt.fee == Money(bank.totals(page.person)["fees_cents"])

    @pytest.mark.parametrize(("card", "failure"), [(POOR_CARD, Failure.FUNDS), (STOLEN_CARD, Failure.BANK)])
    def test_a_refused_card_leaves_the_page_open_and_says_why(
        self, gateway: Gateway, bank: Bank, card: str, failure: Failure
    ) -> None:
        opened = gateway.open_page(order_of(gateway))
        bank.pay(opened.session_id, card=card)

        page = gateway.read_page(opened.session_id)

        assert page.state == PageState.OPEN
        assert page.receipt is None
        assert page.decline is not None
        assert page.decline.failure == failure

    def test_after_a_refusal_another_card_pays(self, gateway: Gateway, bank: Bank) -> None:
        opened = gateway.open_page(order_of(gateway))
        bank.pay(opened.session_id, card=POOR_CARD)
        bank.pay(opened.session_id, card=GOOD_CARD)

        assert gateway.read_page(opened.session_id).state == PageState.PAID

    def test_a_confirmed_card_pays(self, gateway: Gateway, bank: Bank) -> None:
        opened = gateway.open_page(order_of(gateway))
        bank.pay(opened.session_id, card=ASKING_CARD, authenticate="accept")

        assert gateway.read_page(opened.session_id).state == PageState.PAID

    def test_a_confirmation_that_is_awaited_pays_nothing(self, gateway: Gateway, bank: Bank) -> None:
        opened = gateway.open_page(order_of(gateway))
        bank.pay(opened.session_id, card=ASKING_CARD, authenticate="leave")

        page = gateway.read_page(opened.session_id)

        assert (page.state, page.receipt) == (PageState.OPEN, None)

    def test_a_confirmation_that_is_refused_says_so(self, gateway: Gateway, bank: Bank) -> None:
        opened = gateway.open_page(order_of(gateway))
        bank.pay(opened.session_id, card=ASKING_CARD, authenticate="refuse")

        page = gateway.read_page(opened.session_id)

        assert page.decline is not None
        assert page.decline.failure == Failure.AUTHENTICATION

    def test_american_express_is_not_taken(self, gateway: Gateway, bank: Bank) -> None:
        opened = gateway.open_page(order_of(gateway))

        assert bank.pay(opened.session_id, card=AMEX)["outcome"] == "DECLINED"
        assert gateway.read_page(opened.session_id).receipt is None

    def test_a_closed_page_cannot_be_paid(self, gateway: Gateway, bank: Bank) -> None:
        opened = gateway.open_page(order_of(gateway))

        assert gateway.close_page(opened.session_id).state == PageState.CLOSED
        assert bank.pay(opened.session_id)["outcome"] == "CLOSED"
        assert gateway.close_page(opened.session_id).state == PageState.CLOSED

    def test_closing_a_paid_page_finds_the_money(self, gateway: Gateway, bank: Bank) -> None:
        opened = gateway.open_page(order_of(gateway))
        bank.pay(opened.session_id)

        assert gateway.close_page(opened.session_id).state == PageState.PAID

    def test_a_page_left_alone_closes_by_itself(self, gateway: Gateway, bank: Bank) -> None:
        opened = gateway.open_page(order_of(gateway))
        bank.advance(3 * 3600)

        assert gateway.read_page(opened.session_id).state == PageState.CLOSED

    def test_a_page_is_found_by_its_reference(self, gateway: Gateway) -> None:
        order = order_of(gateway, reference="the one")
        gateway.open_page(order_of(gateway, reference="another"))
        opened = gateway.open_page(order)

        found = gateway.find_page(person=order.person, reference="the one", since=LONG_AGO)
        missing = gateway.find_page(person=order.person, reference="never asked", since=LONG_AGO)

        assert found is not None
        assert found.session_id == opened.session_id
        assert missing is None

    def test_an_unknown_page_is_refused(self, gateway: Gateway) -> None:
        with pytest.raises(Refused):
            gateway.read_page("cs_test_nobody")

    def test_a_page_that_would_close_at_once_is_refused(self, gateway: Gateway) -> None:
        with pytest.raises(Refused) as refusal:
            gateway.open_page(replace(order_of(gateway), expires_at=datetime.now(UTC)))

        assert refusal.value.failure == Failure.PROVIDER

    @pytest.mark.parametrize(("fault", "times"), [("refuse", 2), ("drop", 2), ("garbage", 1), ("truncate", 2)])
    def test_no_readable_answer_is_unsure_and_repeating_finds_the_page(
        self, gateway: Gateway, bank: Bank, fault: str, times: int
    ) -> None:
        order = order_of(gateway)
        bank.fail(fault, times=times, path="/v1/checkout/sessions", method="POST")  # a lost answer is repeated once

        with pytest.raises(Unsure):
            gateway.open_page(order)

        bank.calm()
        opened = gateway.open_page(order)
        found = gateway.find_page(person=order.person, reference="one", since=LONG_AGO)
        assert found is not None
        assert found.session_id == opened.session_id

    def test_an_error_kept_under_the_key_stays_unsure(self, gateway: Gateway, bank: Bank) -> None:
        order = order_of(gateway)
        bank.fail("status", status=500, path="/v1/checkout/sessions", method="POST")

        for _ in range(2):
            with pytest.raises(Unsure):
                gateway.open_page(order)
        assert gateway.find_page(person=order.person, reference="one", since=LONG_AGO) is None

    @pytest.mark.parametrize("status", [429, 503])
    def test_a_busy_provider_is_unsure(self, gateway: Gateway, bank: Bank, status: int) -> None:
        opened = gateway.open_page(order_of(gateway))
        bank.fail("status", status=status, times=4)

        with pytest.raises(Unsure):
            gateway.read_page(opened.session_id)

    def test_silence_is_unsure_whatever_is_asked(self, gateway: Gateway, bank: Bank) -> None:
        opened = gateway.open_page(order_of(gateway))
        bank.fail("drop", times=40)

        with pytest.raises(Unsure):
            gateway.register(CLAIRE)
        with pytest.raises(Unsure):
            gateway.read_page(opened.session_id)
        with pytest.raises(Unsure):
            gateway.close_page(opened.session_id)
        with pytest.raises(Unsure):
            gateway.find_page(person=opened.person, reference="one", since=LONG_AGO)
        with pytest.raises(Unsure):
            list(gateway.news_since(LONG_AGO, types=["checkout.session.completed"]))
        bank.calm()

    def test_news_is_fetched_in_order(self, gateway: Gateway, bank: Bank) -> None:
        opened = gateway.open_page(order_of(gateway))
        bank.pay(opened.session_id)

        news = list(gateway.news_since(LONG_AGO, types=["payment_intent.succeeded", "checkout.session.completed"]))

        assert [each.type for each in news] == ["payment_intent.succeeded", "checkout.session.completed"]
        assert [each.reference for each in news] == ["one", "one"]
        assert (news[1].session_id, news[1].object_id) == (opened.session_id, opened.session_id)
        assert news[0].intent_id == news[0].object_id
        assert gateway.recall_news(news[1].payload) == news[1]
