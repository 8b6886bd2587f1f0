"""Where a payer sat and with what: kept with the payment, told to the bank of a dispute, forgotten in time."""

from __future__ import annotations

import json
import logging
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from core.money import Money
from payments import services
from payments.gateways.base import DisputeState
from payments.gateways.stripe import StripeGateway
from payments.models import AGENT_LENGTH, Method, Payment
from payments.services import Wish, disputes
from payments.services.forgetting import forget_payers
from payments.tests.desk import Desk
from payments.tests.dispute_desk import DisputeDesk, told_of
from tests.support.cast import Cast

ADDRESS, AGENT = "2001:db8::7", "Mozilla/5.0 (essai)"
KEPT = timedelta(days=400)


def asked(desk: DisputeDesk) -> Payment:
    """A payment that is paid, and was asked for from there."""
    wish = Wish(Money(5_000), on_top=True, address=ADDRESS, agent=AGENT)
    payment = services.request_top_up(desk.customer, wish, gateway=desk.gateway, at=desk.at)
    desk.bank.pay(payment.session_id)
    return services.ask(payment.pk, gateway=desk.gateway, at=desk.at)


def trace(payment: Payment) -> tuple[str | None, str]:
    payment.refresh_from_db()
    return payment.payer_address, payment.payer_agent


def test_the_form_of_a_top_up_keeps_address_and_browser_and_logs_neither(
    cast: Cast, client: Client, gateway: StripeGateway, caplog: pytest.LogCaptureFixture
) -> None:
    client.force_login(cast.claire)
    client.defaults |= {"REMOTE_ADDR": ADDRESS, "HTTP_USER_AGENT": AGENT + "x" * AGENT_LENGTH}

    with caplog.at_level(logging.DEBUG):
        client.post(reverse("payments:top_up"), {"suggestion": "other", "amount": "20", "method": Method.CARD})

    assert trace(Payment.objects.get()) == (ADDRESS, (AGENT + "x" * AGENT_LENGTH)[:AGENT_LENGTH])
    assert ADDRESS not in caplog.text
    assert AGENT not in caplog.text


def test_what_is_not_known_is_left_out(desk: Desk) -> None:
    assert trace(desk.start()) == (None, "")


def test_the_pack_and_the_bank_are_told_where_the_payment_was_asked_for(card: DisputeDesk, cast: Cast) -> None:
    card.contest(asked(card))
    card.hear()

    told = json.loads(disputes.pack_json(card.dispute, at=card.at))["payment"]
    disputes.request_evidence(card.dispute.pk, by=cast.claire, at=card.at)
    sent = disputes.send_evidence(card.dispute.pk, gateway=card.gateway, at=card.at)

    assert (told["asked_from"], told["asked_with"]) == (ADDRESS, AGENT)
    assert isinstance(card.gateway, StripeGateway)
    there = card.gateway._client.v1.disputes.retrieve(sent.object_id)
    assert there.evidence.customer_purchase_ip == ADDRESS


def test_after_thirteen_months_it_is_forgotten(card: DisputeDesk) -> None:
    payment = asked(card)

    assert forget_payers(at=card.at + KEPT) == 0
    services.sweep(at=card.at + KEPT + timedelta(seconds=1))

    assert trace(payment) == (None, "")
    assert forget_payers(at=card.at + 2 * KEPT) == 0


def test_how_long_is_a_setting(card: DisputeDesk, settings: Settings) -> None:
    asked(card)
    settings.PAYER_TRACE_DAYS = 10

    assert forget_payers(at=card.at + timedelta(days=11)) == 1


def test_a_contested_payment_is_not_forgotten_before_that_is_over(card: DisputeDesk) -> None:
    payment = asked(card)
    card.apply(payment, told_of(payment))

    assert forget_payers(at=card.at + 2 * KEPT) == 0
    card.apply(payment, told_of(payment, DisputeState.LOST))
    assert forget_payers(at=card.at + 2 * KEPT) == 1
