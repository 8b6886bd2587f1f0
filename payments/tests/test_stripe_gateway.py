from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import stripe
from pytest_django.fixtures import Settings

from payments.gateways.base import Gateway, NotAuthentic, Page, PageState, Receipt, Refused, Unsure
from payments.gateways.stripe import API_VERSION, StripeGateway, stripe_gateway
from payments.models import Failure
from payments.tests.gateway_contract import CLAIRE, LONG_AGO, GatewayContract, order_of, refund_order
from tests.support.bank import AMEX, ASKING_CARD, GOOD_CARD, POOR_CARD, SLOW_REFUNDS, STOLEN_CARD, Bank

SECRET = "whsec_one"
NOW = datetime.now(UTC).replace(microsecond=0)


class TestStripe(GatewayContract):
    """Stripe's gateway, through its unmodified SDK, against the sandbox."""

    opening = "/v1/checkout/sessions"
    told = ["payment_intent.succeeded", "checkout.session.completed"]

    def agree(self, bank: Bank, page: Page) -> None:
        bank.pay(page.session_id, card=GOOD_CARD)

    def be_refused(self, bank: Bank, page: Page) -> None:
        bank.pay(page.session_id, card=POOR_CARD)

    def fees(self, bank: Bank, page: Page) -> int:
        return bank.totals(page.person)["fees_cents"]

    refunding = "/v1/refunds"

    def paid(self, gateway: Gateway, bank: Bank, *, slow: bool = False) -> tuple[Page, Receipt]:
        opened = gateway.open_page(order_of(gateway))
        bank.pay(opened.session_id, card=SLOW_REFUNDS if slow else GOOD_CARD)
        receipt = gateway.read_page(opened.session_id).receipt
        assert receipt is not None
        return opened, receipt

    def given_back(self, bank: Bank, page: Page) -> int:
        return bank.totals(page.person)["refunded_cents"]

    def give_back_elsewhere(self, bank: Bank, receipt: Receipt, cents: int) -> None:
        bank.control(f"refund/{receipt.object_id}", amount=cents)

    def end_refund(self, bank: Bank, refund_id: str, *, arrives: bool) -> None:
        bank.control(f"refunds/{refund_id}/{'succeed' if arrives else 'fail'}")

    def test_a_disputed_payment_is_not_given_back(self, gateway: StripeGateway, bank: Bank) -> None:
        _page, receipt = self.paid(gateway, bank)
        bank.control(f"dispute/{receipt.object_id}")

        with pytest.raises(Refused) as refusal:
            gateway.refund(refund_order(receipt))

        assert refusal.value.code == "charge_disputed"

    def test_the_receipt_names_the_card(self, gateway: StripeGateway, bank: Bank) -> None:
        opened = gateway.open_page(order_of(gateway))
        bank.pay(opened.session_id, card=GOOD_CARD)

        receipt = gateway.read_page(opened.session_id).receipt

        assert receipt is not None
        assert (receipt.card_brand, receipt.card_last4) == ("visa", "4242")

    @pytest.mark.parametrize(("card", "failure"), [(POOR_CARD, Failure.FUNDS), (STOLEN_CARD, Failure.BANK)])
    def test_a_refused_card_leaves_the_page_open_and_says_why(
        self, gateway: StripeGateway, bank: Bank, card: str, failure: Failure
    ) -> None:
        opened = gateway.open_page(order_of(gateway))
        bank.pay(opened.session_id, card=card)

        page = gateway.read_page(opened.session_id)

        assert page.state == PageState.OPEN
        assert page.receipt is None
        assert page.decline is not None
        assert page.decline.failure == failure

    def test_a_confirmed_card_pays(self, gateway: StripeGateway, bank: Bank) -> None:
        opened = gateway.open_page(order_of(gateway))
        bank.pay(opened.session_id, card=ASKING_CARD, authenticate="accept")

        assert gateway.read_page(opened.session_id).state == PageState.PAID

    def test_a_confirmation_that_is_awaited_pays_nothing(self, gateway: StripeGateway, bank: Bank) -> None:
        opened = gateway.open_page(order_of(gateway))
        bank.pay(opened.session_id, card=ASKING_CARD, authenticate="leave")

        page = gateway.read_page(opened.session_id)

        assert (page.state, page.receipt) == (PageState.OPEN, None)

    def test_a_confirmation_that_is_refused_says_so(self, gateway: StripeGateway, bank: Bank) -> None:
        opened = gateway.open_page(order_of(gateway))
        bank.pay(opened.session_id, card=ASKING_CARD, authenticate="refuse")

        page = gateway.read_page(opened.session_id)

        assert page.decline is not None
        assert page.decline.failure == Failure.AUTHENTICATION

    def test_american_express_is_not_taken(self, gateway: StripeGateway, bank: Bank) -> None:
        opened = gateway.open_page(order_of(gateway))

        assert bank.pay(opened.session_id, card=AMEX)["outcome"] == "DECLINED"
        assert gateway.read_page(opened.session_id).receipt is None

    def test_a_closed_page_cannot_be_paid(self, gateway: StripeGateway, bank: Bank) -> None:
        opened = gateway.open_page(order_of(gateway))

        assert gateway.close_page(opened.session_id).state == PageState.CLOSED
        assert bank.pay(opened.session_id)["outcome"] == "CLOSED"
        assert gateway.close_page(opened.session_id).state == PageState.CLOSED

    def test_a_page_left_alone_closes_by_itself(self, gateway: StripeGateway, bank: Bank) -> None:
        opened = gateway.open_page(order_of(gateway))
        bank.advance(3 * 3600)

        assert gateway.read_page(opened.session_id).state == PageState.CLOSED

    def test_a_page_is_found_by_its_reference(self, gateway: StripeGateway) -> None:
        order = order_of(gateway, reference="the one")
        gateway.open_page(order_of(gateway, reference="another"))
        opened = gateway.open_page(order)

        found = gateway.find_page(person=order.person, reference="the one", since=LONG_AGO)
        missing = gateway.find_page(person=order.person, reference="never asked", since=LONG_AGO)

        assert found is not None
        assert found.session_id == opened.session_id
        assert missing is None

    def test_a_page_that_would_close_at_once_is_refused(self, gateway: StripeGateway) -> None:
        with pytest.raises(Refused) as refusal:
            gateway.open_page(replace(order_of(gateway), expires_at=datetime.now(UTC)))

        assert refusal.value.failure == Failure.PROVIDER

    def test_an_error_kept_under_the_key_stays_unsure(self, gateway: StripeGateway, bank: Bank) -> None:
        order = order_of(gateway)
        bank.fail("status", status=500, path="/v1/checkout/sessions", method="POST")

        for _ in range(2):
            with pytest.raises(Unsure):
                gateway.open_page(order)
        assert gateway.find_page(person=order.person, reference="one", since=LONG_AGO) is None

    def test_a_lost_answer_is_found_by_its_reference(self, gateway: StripeGateway, bank: Bank) -> None:
        order = order_of(gateway)
        bank.fail("drop", times=2, path=self.opening, method="POST")
        with pytest.raises(Unsure):
            gateway.open_page(order)
        bank.calm()

        found = gateway.find_page(person=order.person, reference="one", since=LONG_AGO)

        assert found is not None
        assert found.session_id == gateway.open_page(order).session_id

    def test_silence_is_unsure_for_persons_and_searches_too(self, gateway: StripeGateway, bank: Bank) -> None:
        opened = gateway.open_page(order_of(gateway))
        bank.fail("drop", times=40)

        with pytest.raises(Unsure):
            gateway.register(CLAIRE)
        with pytest.raises(Unsure):
            gateway.find_page(person=opened.person, reference="one", since=LONG_AGO)
        bank.calm()

    def test_the_version_of_the_api_is_the_one_of_the_sdk(self) -> None:
        assert stripe.api_version == API_VERSION

    def test_a_wrong_key_concludes_nothing(self, bank: Bank, settings: Settings) -> None:
        settings.STRIPE_API_BASE, settings.STRIPE_SECRET_KEY = bank.url, "sk_test_wrong"
        stripe_gateway.cache_clear()

        with pytest.raises(Unsure):
            stripe_gateway().register(CLAIRE)
        stripe_gateway.cache_clear()

    def test_a_provider_slower_than_the_timeout_is_unsure(self, gateway: StripeGateway, bank: Bank) -> None:
        bank.fail("timeout", seconds=1.5, times=4)

        with pytest.raises(Unsure):
            gateway.register(CLAIRE)


def event(**changes: Any) -> dict[str, Any]:
    return {
        "id": "evt_1",
        "object": "event",
        "api_version": API_VERSION,
        "created": int(NOW.timestamp()),
        "livemode": False,
        "type": "checkout.session.completed",
        "data": {"object": {"id": "cs_1", "object": "checkout.session", "client_reference_id": "r", "metadata": {}}},
        **changes,
    }


def signed(body: bytes, *, secret: str = SECRET, at: datetime = NOW) -> str:
    text = body.decode("utf-8", "replace")
    return str(stripe.WebhookSignature.generate_signature_header(text, secret, int(at.timestamp())))


@pytest.fixture
def door() -> StripeGateway:
    return StripeGateway(stripe.StripeClient("sk_test_x"), secrets=[SECRET, "whsec_two"], livemode=False)


BODY = json.dumps(event()).encode()


def test_a_signed_event_is_read(door: StripeGateway) -> None:
    news = door.read_news(BODY, signed(BODY), at=NOW)

    assert (news.event_id, news.type, news.session_id, news.reference) == (
        "evt_1",
        "checkout.session.completed",
        "cs_1",
        "r",
    )


def test_each_of_two_secrets_is_accepted_while_one_is_changed(door: StripeGateway) -> None:
    assert door.read_news(BODY, signed(BODY, secret="whsec_two"), at=NOW).event_id == "evt_1"


def test_one_good_signature_of_two_is_enough(door: StripeGateway) -> None:
    good = signed(BODY)
    both = f"{good.split(',')[0]},v1={'0' * 64},{good.split(',')[1]}"

    assert door.read_news(BODY, both, at=NOW).event_id == "evt_1"


@pytest.mark.parametrize("age", [timedelta(seconds=299), timedelta(seconds=-59)])
def test_the_clock_may_differ_a_little(door: StripeGateway, age: timedelta) -> None:
    assert door.read_news(BODY, signed(BODY, at=NOW - age), at=NOW).event_id == "evt_1"


def v0_only() -> str:
    return signed(BODY).replace("v1=", "v0=")


OLD = NOW - timedelta(days=1)
LIVE = json.dumps(event(livemode=True)).encode()
THIN = json.dumps({"id": "evt_1", "object": "v2.core.event", "type": "x", "livemode": False}).encode()
GARBAGE: dict[str, tuple[bytes, str]] = {
    "no signature": (BODY, ""),
    "another secret": (BODY, signed(BODY, secret="whsec_other")),
    "only the old scheme": (BODY, v0_only()),
    "another body": (BODY + b" ", signed(BODY)),
    "301 seconds old": (BODY, signed(BODY, at=NOW - timedelta(seconds=301))),
    "from the future": (BODY, signed(BODY, at=NOW + timedelta(seconds=61))),
    "an hour ahead": (BODY, signed(BODY, at=NOW + timedelta(hours=1))),
    "an old signature under a second, new moment": (BODY, f"t={int(NOW.timestamp())}," + signed(BODY, at=OLD)),
    "a new moment that only one reader sees": (BODY, f" t={int(NOW.timestamp())}," + signed(BODY, at=OLD)),
    "an old moment that only one reader sees": (
        BODY,
        signed(BODY, at=OLD).replace(",", f"=,t={int(NOW.timestamp())},", 1),
    ),
    "words for a signature": (BODY, "t=soon,v1=maybe"),
    "bytes that are no text": (b"\xff\xfe{", "t=1,v1=00"),
    "signed, not JSON": (b"hello", signed(b"hello")),
    "signed, a list": (b"[]", signed(b"[]")),
    "signed, a number": (b"7", signed(b"7")),
    "signed, empty": (b"", signed(b"")),
    "signed, an object without anything": (b"{}", signed(b"{}")),
    "a thin event": (THIN, signed(THIN)),
    "of another environment": (LIVE, signed(LIVE)),
}


@pytest.mark.parametrize("case", GARBAGE)
def test_what_is_not_an_event_for_us_is_refused(door: StripeGateway, case: str) -> None:
    body, signature = GARBAGE[case]

    with pytest.raises(NotAuthentic):
        door.read_news(body, signature, at=NOW)


def test_without_a_secret_nothing_is_believed() -> None:
    door = StripeGateway(stripe.StripeClient("sk_test_x"), secrets=[], livemode=False)

    with pytest.raises(NotAuthentic):
        door.read_news(BODY, signed(BODY, secret=""), at=NOW)


def test_a_live_portal_refuses_events_of_the_test_environment() -> None:
    door = StripeGateway(stripe.StripeClient("sk_live_x"), secrets=[SECRET], livemode=True)

    assert door.read_news(LIVE, signed(LIVE), at=NOW).livemode is True
    with pytest.raises(NotAuthentic):
        door.read_news(BODY, signed(BODY), at=NOW)
