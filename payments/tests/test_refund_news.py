"""Refunds begun in the provider's own pages, and the provider's news about refunds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from core import clock
from core.money import Money
from ledger import selectors as ledger
from payments import services
from payments.gateways.base import RefundState
from payments.gateways.paypal import PayPalGateway, paypal_gateway
from payments.models import BegunBy, EventState, Method, Payment, ProviderMovement, Refund, RefundStatus, WebhookEvent
from payments.services import Wish
from payments.services.about.refunds import SUBJECT
from payments.services.hearing import heard_of
from payments.services.refunding.applying import write_down
from payments.tests.desk import Desk
from payments.tests.pointing import point_at
from payments.tests.refund_desk import RefundDesk, broken
from payments.tests.test_paypal_gateway import paypal_totals


def hear(refunds: RefundDesk, *, provider: str = "STRIPE", only: str = "") -> list[str]:
    """Fetch the events that did not reach us, and work on each. Returns what became of them, the newest last."""
    desk = refunds.desk
    services.catch_up(gateway=desk.gateway, provider=provider, at=desk.at)
    found = WebhookEvent.objects.filter(state=EventState.RECEIVED).order_by("pk")
    told = [event for event in found if event.type.startswith(only)]
    return [services.apply_event(event.pk, gateway=desk.gateway, at=desk.at).state for event in told]


# --- Begun elsewhere --------------------------------------------------------------------------------------------------
def test_a_refund_of_the_providers_own_pages_is_booked_once_however_often_it_is_told(refunds: RefundDesk) -> None:
    payment = refunds.paid(10_000)
    refunds.desk.bank.control(f"refund/{payment.intent_id}", amount=2_500)

    states = hear(refunds)
    refunds.look(payment)

    refund = Refund.objects.get()
    assert set(states) == {EventState.PROCESSED}
    assert (refund.begun_by, refund.status, refund.actor) == (BegunBy.PROVIDER, RefundStatus.COMPLETED, None)
    assert (refunds.balance, refunds.given_back) == (7_500, 2_500)
    assert broken() == []


def test_several_refunds_of_one_payment_are_told_apart(refunds: RefundDesk) -> None:
    payment = refunds.paid(10_000)
    refunds.given_back_elsewhere(payment, 1_000)
    refunds.given_back_elsewhere(payment, 1_000)
    refunds.refund(payment, 1_000)
    refunds.look(payment)

    assert (Refund.objects.count(), refunds.balance, refunds.given_back) == (3, 7_000, 3_000)
    assert broken() == []


def test_money_that_was_used_is_taken_back_from_the_newest_document_it_paid(refunds: RefundDesk) -> None:
    payment = refunds.paid(10_000)
    refunds.owe(6_000, "FA-1")
    refunds.owe(3_000, "FA-2")

    refunds.given_back_elsewhere(payment, 5_000)

    assert ledger.open_amounts(["FA-1", "FA-2"]) == {"FA-1": Money(1_000), "FA-2": Money(3_000)}
    assert refunds.balance == -4_000
    assert broken() == []


def test_a_refund_made_elsewhere_ends_ours_that_has_no_money_left(refunds: RefundDesk) -> None:
    payment = refunds.paid(10_000)
    ours = refunds.ask(payment, 8_000)
    refunds.given_back_elsewhere(payment, 10_000)

    sent = refunds.send(ours)

    assert (sent.status, refunds.given_back, refunds.balance) == (RefundStatus.CANCELLED, 10_000, 0)
    assert broken() == []


def test_both_are_booked_when_the_provider_did_both(refunds: RefundDesk) -> None:
    payment = refunds.paid(10_000)
    ours = refunds.lost(payment)  # 4,000 of which we do not know yet
    refunds.desk.bank.control(f"refund/{payment.intent_id}", amount=6_000)

    hear(refunds)

    ours.refresh_from_db()
    assert (ours.status, Refund.objects.count()) == (RefundStatus.COMPLETED, 2)
    assert (refunds.balance, refunds.given_back) == (0, 10_000)
    assert broken() == []


def test_one_that_failed_before_we_heard_of_it_moves_nothing(refunds: RefundDesk) -> None:
    payment = refunds.paid(10_000)
    made = refunds.desk.bank.control(f"refund/{payment.intent_id}", amount=2_500)
    refunds.desk.bank.control(f"refunds/{made['id']}/fail")

    hear(refunds)

    assert (Refund.objects.get().status, Refund.objects.get().tx_id) == (RefundStatus.FAILED, None)
    assert refunds.balance == 10_000


def test_a_refund_told_before_its_payment_credits_the_payment_first(refunds: RefundDesk) -> None:
    payment = refunds.desk.pay(refunds.desk.start(10_000))
    session = refunds.desk.page(payment)
    assert session.receipt is not None
    refunds.desk.bank.control(f"refund/{session.receipt.object_id}", amount=2_500)
    services.catch_up(gateway=refunds.desk.gateway, at=refunds.desk.at)
    Payment.objects.filter(pk=payment.pk).update(intent_id="")
    about_money_back = WebhookEvent.objects.filter(type="charge.refunded").get()

    state = services.apply_event(about_money_back.pk, gateway=refunds.desk.gateway, at=refunds.desk.at).state

    assert state == EventState.PROCESSED
    assert refunds.balance == 7_500


def test_news_about_somebody_elses_money_is_an_orphan(refunds: RefundDesk) -> None:
    refunds.refund(refunds.paid())
    hear(refunds)
    event = WebhookEvent.objects.filter(type="refund.created").get()
    other = {**event.payload, "id": "evt_other"}
    other["data"] = {"object": {"id": "re_x", "object": "refund", "payment_intent": "pi_x", "metadata": {}}}
    news = refunds.desk.gateway.recall_news(other)

    stranger = services.receive(news, at=refunds.desk.at)

    done = services.apply_event(stranger.pk, gateway=refunds.desk.gateway, at=refunds.desk.at)
    assert done.state == EventState.ORPHAN


def test_a_refund_that_bears_the_name_of_another_program_is_adopted(refunds: RefundDesk) -> None:
    payment = refunds.paid(10_000)
    ours = refunds.refund(payment, 1_000)
    other = refunds.telling(ours, RefundState.COMPLETED, object_id="re_second")  # the same name, another refund

    adopted = write_down(payment.pk, other, at=refunds.desk.at)

    assert (adopted.begun_by, adopted.object_id) == (BegunBy.PROVIDER, "re_second")
    assert refunds.balance == 8_000


def test_a_refund_that_no_news_told_is_found_by_what_it_moved_there(refunds: RefundDesk) -> None:
    payment = refunds.paid(10_000)
    refunds.desk.bank.control(f"refund/{payment.intent_id}", amount=2_500)
    soon, gateway = clock.now() + timedelta(seconds=2), refunds.desk.gateway
    services.sync_till("STRIPE", gateway=gateway, at=soon)

    assert SUBJECT.repair is not None
    assert SUBJECT.repair("STRIPE", gateway=gateway, at=soon) == 1
    services.sync_till("STRIPE", gateway=gateway, at=soon)
    assert SUBJECT.repair("STRIPE", gateway=gateway, at=soon) == 0

    assert (Refund.objects.get().begun_by, refunds.balance) == (BegunBy.PROVIDER, 7_500)
    assert not ProviderMovement.objects.filter(cause="REFUND", explained_at=None).exists()


# --- PayPal -----------------------------------------------------------------------------------------------------------
@pytest.fixture
def paypal(refunds: RefundDesk, settings: Settings) -> Iterator[RefundDesk]:
    point_at(refunds.desk.bank, settings)
    desk = refunds.desk
    yield RefundDesk(Desk(desk.customer, paypal_gateway(), desk.bank, desk.at), refunds.fanny, refunds.gil)
    paypal_gateway.cache_clear()


def approved(paypal: RefundDesk, cents: int = 10_000) -> Payment:
    desk = paypal.desk
    wish = Wish(Money(cents), method=Method.PAYPAL)
    payment = services.request_top_up(desk.customer, wish, gateway=desk.gateway, at=desk.at)
    desk.bank.control(f"paypal/approve/{payment.session_id}")
    return desk.ask(payment)


def test_paypal_gives_back_and_both_accounts_agree(paypal: RefundDesk) -> None:
    payment = approved(paypal)

    refund = paypal.refund(payment, 4_000)

    assert isinstance(paypal.desk.gateway, PayPalGateway)
    assert (refund.status, paypal.balance) == (RefundStatus.COMPLETED, 6_000)
    assert ledger.account_balance("517200") == Money(paypal_totals(paypal.desk.bank)["net_cents"])
    assert broken() == []


@pytest.mark.parametrize(
    ("end", "status", "balance"),
    [
        ("COMPLETED", RefundStatus.COMPLETED, 6_000),
        ("FAILED", RefundStatus.FAILED, 10_000),
        ("CANCELLED", RefundStatus.CANCELLED, 10_000),
    ],
)
def test_what_paypal_pays_from_a_bank_account_is_held_until_it_is_done(
    paypal: RefundDesk, end: str, status: str, balance: int
) -> None:
    payment = approved(paypal)
    paypal.desk.bank.control("paypal/refunds/slow")
    refund = paypal.refund(payment, 4_000)
    assert (refund.status, refund.tx_id, paypal.available) == (RefundStatus.PENDING, None, 6_000)
    assert ledger.account_balance("517200") == Money(paypal_totals(paypal.desk.bank)["net_cents"])

    paypal.desk.bank.control(f"paypal/refunds/{refund.object_id}/end", status=end)
    ended = paypal.look_again(refund)

    assert (ended.status, paypal.balance) == (status, balance)
    assert ledger.account_balance("517200") == Money(paypal_totals(paypal.desk.bank)["net_cents"])
    assert broken() == []


def test_an_answer_of_paypal_that_was_lost_is_found_with_the_order(paypal: RefundDesk) -> None:
    refund = paypal.lost(approved(paypal))
    assert refund.status == RefundStatus.UNKNOWN

    found = paypal.look_again(refund, later=timedelta(days=2))  # its key may be forgotten by now

    assert (found.status, paypal_totals(paypal.desk.bank)["refunded_cents"]) == (RefundStatus.COMPLETED, 4_000)


def test_a_refund_of_paypals_own_pages_is_booked_once(paypal: RefundDesk) -> None:
    payment = approved(paypal)
    paypal.desk.bank.control(f"paypal/refund/{payment.intent_id}", amount=2_500)

    states = hear(paypal, provider="PAYPAL", only="PAYMENT.CAPTURE.REFUNDED")
    paypal.look(payment)

    assert states == [EventState.PROCESSED]
    assert (Refund.objects.get().begun_by, paypal.balance) == (BegunBy.PROVIDER, 7_500)
    assert broken() == []


def test_the_events_about_refunds_are_heard() -> None:
    assert {"refund.created", "refund.failed", "charge.refunded"} <= set(heard_of("STRIPE"))
    assert "PAYMENT.CAPTURE.REFUNDED" in heard_of("PAYPAL")
