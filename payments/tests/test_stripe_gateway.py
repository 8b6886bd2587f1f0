from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import stripe
from pytest_django.fixtures import Settings

from payments.gateways.base import NotAuthentic, Unsure
from payments.gateways.stripe import API_VERSION, StripeGateway, stripe_gateway
from payments.tests.gateway_contract import CLAIRE, GatewayContract
from tests.support.bank import Bank

SECRET = "whsec_one"
NOW = datetime.now(UTC).replace(microsecond=0)


class TestStripe(GatewayContract):
    """Stripe's gateway, through its unmodified SDK, against the sandbox."""

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
