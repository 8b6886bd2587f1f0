"""A top-up by PayPal, from the wish to the books, through the real gateway and the sandbox behind it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import Customer, User
from core.money import Money
from invoices.selectors import receipt_for
from ledger import selectors as ledger
from payments import services
from payments.checks import payments_are_credited_once, provider_balance
from payments.gateways.paypal import PayPalGateway, paypal_gateway
from payments.gateways.stripe import StripeGateway
from payments.models import EventState, Failure, Method, Payment, PaymentStatus, Provider, WebhookEvent
from payments.selectors import history_of
from payments.services import Wish
from payments.services.asking import FORGOTTEN
from payments.tests.pointing import point_at
from payments.tests.test_paypal_gateway import paypal_totals
from payments.wiring import gateway_for
from tests.support.bank import Bank

pytestmark = pytest.mark.django_db
PAYPAL = Method.PAYPAL


@pytest.fixture
def paypal(bank: Bank, settings: Settings, gateway: StripeGateway) -> Iterator[PayPalGateway]:
    """PayPal's gateway; that of the cards works beside it."""
    assert gateway is not None
    point_at(bank, settings)
    yield paypal_gateway()
    paypal_gateway.cache_clear()


@pytest.fixture
def claire(customer: Customer, client: Client) -> Client:
    assert customer is not None
    client.force_login(User.objects.get(email="claire@example.org"))
    return client


@pytest.fixture
def opened(customer: Customer, paypal: PayPalGateway, at: datetime) -> Payment:
    return start(customer, paypal, at)


def start(customer: Customer, gateway: PayPalGateway, at: datetime, cents: int = 4_680) -> Payment:
    wish = Wish(Money(cents), method=PAYPAL)
    return services.request_top_up(customer, wish, gateway=gateway, others=gateway_for, at=at)


def approve(bank: Bank, payment: Payment, funding: str = "accepted") -> None:
    bank.control(f"paypal/approve/{payment.session_id}", funding=funding)


def ask(payment: Payment, at: datetime) -> Payment:
    return services.ask(payment.pk, gateway=paypal_gateway(), at=at)


def steps(payment: Payment) -> list[str]:
    return [step.name for step in history_of(payment)]


def capture_of(gateway: PayPalGateway, at: datetime) -> str:
    news = gateway.news_since(at - timedelta(hours=1), types=["PAYMENT.CAPTURE.PENDING"])
    return next(each.intent_id for each in news)


def everything_holds() -> bool:
    return all(check.ok for check in (*payments_are_credited_once(), *provider_balance()))


def test_asking_opens_paypals_page(opened: Payment) -> None:
    assert (opened.status, opened.method, opened.provider) == (PaymentStatus.OPEN, PAYPAL, Provider.PAYPAL)
    assert "/paypal/checkoutnow?token=" in opened.checkout_url


def test_coming_back_from_paypal_takes_the_money_and_books_it(
    customer: Customer, opened: Payment, bank: Bank, at: datetime
) -> None:
    approve(bank, opened)

    paid = ask(opened, at)

    assert (paid.status, paid.received, paid.fee_cents) == (PaymentStatus.SUCCEEDED, Money(4_680), 171)
    assert ledger.get_balance(customer.pk).balance == Money(4_680)
    assert ledger.account_balance("517200") == Money(paypal_totals(bank)["net_cents"]) == Money(4_680 - 171)
    assert ledger.account_balance("517100") == Money(0)
    receipt = receipt_for(paid.reference)
    assert receipt is not None
    assert receipt.method == "PayPal"
    assert everything_holds()


def test_coming_back_twice_takes_the_money_once(customer: Customer, opened: Payment, bank: Bank, at: datetime) -> None:
    approve(bank, opened)

    for _ in range(3):
        ask(opened, at)

    assert ledger.get_balance(customer.pk).balance == Money(4_680)
    assert paypal_totals(bank)["captures"] == 1


def test_a_page_that_nobody_approved_stays_open_and_closes_when_its_time_is_over(
    customer: Customer, opened: Payment, bank: Bank, at: datetime
) -> None:
    assert ask(opened, at).status == PaymentStatus.OPEN

    closed = ask(opened, opened.page_expires_at)
    approve(bank, opened)

    assert closed.status == PaymentStatus.ABANDONED
    assert ask(opened, at).status == PaymentStatus.ABANDONED  # approved too late: nothing is taken
    assert paypal_totals(bank)["captures"] == 0
    assert ledger.get_balance(customer.pk).balance == Money(0)


def test_an_order_that_paypal_forgot_while_we_did_not_ask_took_no_money(
    opened: Payment, bank: Bank, at: datetime
) -> None:
    bank.advance(4 * 86_400)
    silent = ask(opened, opened.page_expires_at + timedelta(hours=1))

    ended = ask(opened, opened.page_expires_at + FORGOTTEN)

    assert (silent.status, ended.status) == (PaymentStatus.UNKNOWN, PaymentStatus.ABANDONED)
    assert steps(opened)[-2:] == ["provider silent", "found abandoned"]


def test_a_page_that_was_given_up_is_not_captured(opened: Payment, bank: Bank, at: datetime) -> None:
    approve(bank, opened)

    given_up = services.close(opened.pk, gateway=paypal_gateway(), at=at)

    assert given_up.status == PaymentStatus.ABANDONED
    assert ask(opened, at).status == PaymentStatus.ABANDONED
    assert paypal_totals(bank)["captures"] == 0


def test_refused_funds_send_the_customer_back_to_the_same_order(opened: Payment, bank: Bank, at: datetime) -> None:
    approve(bank, opened, "declined")
    refused = ask(opened, at)

    assert (refused.status, refused.failure) == (PaymentStatus.OPEN, Failure.PAYPAL)
    assert refused.checkout_url == opened.checkout_url
    assert "PayPal declined" in steps(refused)
    approve(bank, opened)
    assert ask(opened, at).status == PaymentStatus.SUCCEEDED


@pytest.mark.parametrize("good", [True, False])
def test_a_pending_capture_credits_nothing_until_paypal_decides(  # noqa: PLR0917  fixtures
    customer: Customer, opened: Payment, paypal: PayPalGateway, bank: Bank, at: datetime, good: bool
) -> None:
    approve(bank, opened, "pending")
    waiting = ask(opened, at)

    assert waiting.status == PaymentStatus.PENDING
    assert ledger.get_balance(customer.pk).balance == Money(0)
    assert ledger.get_balance(customer.pk).incoming == Money(4_680)
    bank.control(f"paypal/captures/{capture_of(paypal, at)}/{'complete' if good else 'deny'}")
    decided = ask(opened, at)

    assert decided.status == (PaymentStatus.SUCCEEDED if good else PaymentStatus.REFUSED)
    assert ledger.get_balance(customer.pk).balance == Money(4_680 if good else 0)
    assert ledger.get_balance(customer.pk).incoming == Money(0)
    assert everything_holds()


@pytest.mark.parametrize("fault", ["drop", "garbage", "truncate", "timeout"])
def test_silence_while_the_money_is_taken_is_checked_and_credited_once(
    customer: Customer, opened: Payment, bank: Bank, at: datetime, fault: str
) -> None:
    approve(bank, opened)
    bank.fail(fault, times=2, path="/capture", seconds=1.5 if fault == "timeout" else 0)

    doubtful = ask(opened, at)
    bank.calm()
    found = ask(opened, at + timedelta(minutes=5))

    assert doubtful.status == PaymentStatus.UNKNOWN
    assert found.status == PaymentStatus.SUCCEEDED
    assert ledger.get_balance(customer.pk).balance == Money(4_680)
    assert paypal_totals(bank)["captures"] == 1


def test_an_opening_that_got_no_answer_is_asked_for_again_with_the_same_key(
    customer: Customer, paypal: PayPalGateway, bank: Bank, at: datetime
) -> None:
    bank.fail("drop", times=2, path="/paypal/v2/checkout/orders", method="POST")
    lost = start(customer, paypal, at)
    bank.calm()

    found = ask(lost, at)

    assert (lost.status, found.status) == (PaymentStatus.UNKNOWN, PaymentStatus.OPEN)
    assert len(list(Payment.objects.all())) == 1


class TestNews:
    def news_of(self, gateway: PayPalGateway, at: datetime, kind: str) -> WebhookEvent:
        news = next(iter(gateway.news_since(at - timedelta(hours=1), types=[kind])))
        event = services.receive(news, provider=Provider.PAYPAL, at=at)
        return services.apply_event(event.pk, gateway=gateway, at=at)

    def test_an_approval_whose_customer_never_came_back_is_captured(
        self, customer: Customer, opened: Payment, paypal: PayPalGateway, bank: Bank, at: datetime
    ) -> None:
        approve(bank, opened)

        event = self.news_of(paypal, at, "CHECKOUT.ORDER.APPROVED")

        assert (event.state, event.payment) == (EventState.PROCESSED, opened)
        assert ledger.get_balance(customer.pk).balance == Money(4_680)

    @pytest.mark.parametrize("word", ["DENIED", "DECLINED"])
    def test_a_denied_capture_ends_the_payment_under_both_names(
        self, opened: Payment, paypal: PayPalGateway, bank: Bank, at: datetime, word: str
    ) -> None:
        approve(bank, opened, "pending")
        ask(opened, at)
        bank.control(f"paypal/captures/{capture_of(paypal, at)}/deny", word=word)

        event = self.news_of(paypal, at, f"PAYMENT.CAPTURE.{word}")

        assert event.payment is not None
        assert event.payment.status == PaymentStatus.REFUSED

    def test_news_of_an_order_of_somebody_else_is_an_orphan(
        self, paypal: PayPalGateway, bank: Bank, at: datetime, customer: Customer
    ) -> None:
        unit = {"custom_id": "not ours", "amount": {"currency_code": "EUR", "value": "5.00"}}
        order = paypal._door._api.post("v2/checkout/orders", {"intent": "CAPTURE", "purchase_units": [unit]})
        bank.control(f"paypal/approve/{order['id']}")

        event = self.news_of(paypal, at, "CHECKOUT.ORDER.APPROVED")

        assert event.state == EventState.ORPHAN
        assert paypal_totals(bank)["captures"] == 0
        assert ledger.get_balance(customer.pk).balance == Money(0)

    def test_another_customers_approved_order_is_never_taken_for_ours(
        self, opened: Payment, paypal: PayPalGateway, bank: Bank, at: datetime
    ) -> None:
        """An event that names our payment and another order: the order is read, not captured."""
        unit = {"custom_id": "not ours", "amount": {"currency_code": "EUR", "value": "5.00"}}
        order = paypal._door._api.post("v2/checkout/orders", {"intent": "CAPTURE", "purchase_units": [unit]})
        bank.control(f"paypal/approve/{order['id']}")
        Payment.objects.filter(pk=opened.pk).update(session_id="", status=PaymentStatus.UNKNOWN)

        services.ask(opened.pk, gateway=paypal, at=at, hint=order["id"])

        assert paypal_totals(bank)["captures"] == 0

    def test_lost_news_is_caught_up(self, opened: Payment, paypal: PayPalGateway, bank: Bank, at: datetime) -> None:
        approve(bank, opened)
        ask(opened, at)

        assert services.catch_up(gateway=paypal, provider=Provider.PAYPAL, at=at) == 2
        assert services.catch_up(gateway=paypal, provider=Provider.PAYPAL, at=at) == 0


class TestBeside:
    """PayPal beside the card."""

    def test_an_open_card_page_for_what_is_due_is_closed_before_paypals_opens(
        self, customer: Customer, paypal: PayPalGateway, gateway: StripeGateway, at: datetime
    ) -> None:
        card = services.request_top_up(customer, Wish(Money(4_680)), gateway=gateway, at=at)
        Payment.objects.filter(pk=card.pk).update(purpose="PAY_DUE")

        paypals = start(customer, paypal, at)

        card.refresh_from_db()
        assert (card.status, paypals.status, paypals.pk != card.pk) == (
            PaymentStatus.ABANDONED,
            PaymentStatus.OPEN,
            True,
        )


class TestPages:
    def test_paypal_is_offered_only_when_it_is_set_up(
        self, claire: Client, paypal: PayPalGateway, settings: Settings
    ) -> None:
        assert paypal is not None
        assert 'value="PAYPAL"' in claire.get("/alimenter/").content.decode()

        settings.PAYPAL_CLIENT_ID = ""

        assert 'value="PAYPAL"' not in claire.get("/alimenter/").content.decode()
        answer = claire.post("/alimenter/", {"amount": "46,80", "suggestion": "other", "method": "PAYPAL"})
        assert answer.status_code == 200
        assert Payment.objects.count() == 0

    def test_choosing_paypal_leads_there_and_coming_back_credits(
        self, claire: Client, paypal: PayPalGateway, bank: Bank
    ) -> None:
        assert paypal is not None
        answer = claire.post("/alimenter/", {"amount": "46,80", "suggestion": "other", "method": "PAYPAL"})
        payment = Payment.objects.get()
        assert (answer.status_code, answer["Location"]) == (303, payment.checkout_url)
        approve(bank, payment)

        page = claire.get(f"/paiements/{payment.public_id}/?token={payment.session_id}&PayerID=X").content.decode()

        assert "46,80" in page
        payment.refresh_from_db()
        assert payment.status == PaymentStatus.SUCCEEDED

    def test_refused_funds_are_said_with_the_way_back(self, claire: Client, opened: Payment, bank: Bank) -> None:
        approve(bank, opened, "declined")

        page = claire.get(f"/paiements/{opened.public_id}/").content.decode()

        assert "PayPal a refusé le paiement" in page
        assert opened.checkout_url in page

    def test_a_webhook_without_proof_is_refused(self, claire: Client, paypal: PayPalGateway) -> None:
        assert paypal is not None
        answer = claire.post("/webhooks/paypal/", b'{"id": "WH-1"}', content_type="application/json")

        assert answer.status_code == 400
