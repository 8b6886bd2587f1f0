from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pytest_django.fixtures import Settings

from core.money import Money
from payments.gateways.base import Gateway, Page, PageState, Receipt, RefundState, Refused, Unsure
from payments.gateways.paypal import PayPalGateway, paypal_gateway
from payments.models import Failure
from payments.tests.gateway_contract import LONG_AGO, GatewayContract, order_of, refund_order
from payments.tests.pointing import point_at
from tests.support.bank import Bank


@pytest.fixture
def gateway(bank: Bank, settings: Settings) -> Iterator[PayPalGateway]:
    """PayPal's gateway, as views and jobs get it, in front of the sandbox."""
    point_at(bank, settings)
    yield paypal_gateway()
    paypal_gateway.cache_clear()


def approve(bank: Bank, page: Page, funding: str = "accepted") -> None:
    bank.control(f"paypal/approve/{page.session_id}", funding=funding)


def paypal_totals(bank: Bank) -> dict[str, int]:
    """PayPal's sums in cents; they stand apart from those of the cards."""
    return dict(bank._call("GET", "/_control/totals")["paypal"])


class TestPayPal(GatewayContract):
    """PayPal's gateway, through the hardened client, against the sandbox."""

    opening = "/v2/checkout/orders"
    told = ["CHECKOUT.ORDER.APPROVED", "PAYMENT.CAPTURE.COMPLETED"]

    def agree(self, bank: Bank, page: Page) -> None:
        approve(bank, page)

    def be_refused(self, bank: Bank, page: Page) -> None:
        approve(bank, page, "declined")

    def fees(self, bank: Bank, page: Page) -> int:
        return paypal_totals(bank)["fees_cents"]

    refunding = "/refund"

    def paid(self, gateway: Gateway, bank: Bank, *, slow: bool = False) -> tuple[Page, Receipt]:
        opened = gateway.open_page(order_of(gateway))
        approve(bank, opened)
        receipt = gateway.take_page(opened.session_id).receipt
        assert receipt is not None
        bank.control("paypal/refunds/slow", slow=slow)
        return opened, receipt

    def given_back(self, bank: Bank, page: Page) -> int:
        return paypal_totals(bank)["refunded_cents"]

    def give_back_elsewhere(self, bank: Bank, receipt: Receipt, cents: int) -> None:
        bank.control(f"paypal/refund/{receipt.object_id}", amount=cents)

    def end_refund(self, bank: Bank, refund_id: str, *, arrives: bool) -> None:
        bank.control(f"paypal/refunds/{refund_id}/end", status="COMPLETED" if arrives else "FAILED")

    def test_approving_moves_no_money_until_it_is_taken(self, gateway: PayPalGateway, bank: Bank) -> None:
        opened = gateway.open_page(order_of(gateway))
        approve(bank, opened)

        page = gateway.read_page(opened.session_id)

        assert (page.state, page.receipt) == (PageState.APPROVED, None)
        assert self.fees(bank, page) == 0

    @pytest.mark.parametrize("funding", ["pending", "echeck"])
    @pytest.mark.parametrize(("end", "state"), [("complete", PageState.PAID), ("deny", PageState.CLOSED)])
    def test_a_pending_capture_gives_no_receipt_until_it_is_decided(
        self, gateway: PayPalGateway, bank: Bank, funding: str, end: str, state: PageState
    ) -> None:
        opened = gateway.open_page(order_of(gateway))
        approve(bank, opened, funding)

        taken = gateway.take_page(opened.session_id)
        capture = next(each.intent_id for each in gateway.news_since(LONG_AGO, types=["PAYMENT.CAPTURE.PENDING"]))
        bank.control(f"paypal/captures/{capture}/{end}")

        assert (taken.state, taken.receipt) == (PageState.PENDING, None)
        found = gateway.read_page(opened.session_id)
        assert found.state == state
        assert (found.receipt is not None) is (state == PageState.PAID)

    def test_a_declined_capture_of_a_completed_order_ends_the_page(self, gateway: PayPalGateway, bank: Bank) -> None:
        opened = gateway.open_page(order_of(gateway))
        approve(bank, opened, "capture_declined")

        page = gateway.take_page(opened.session_id)

        assert (page.state, page.receipt) == (PageState.CLOSED, None)
        assert page.decline is not None
        assert page.decline.failure == Failure.PAYPAL

    def test_money_that_somebody_else_took_is_found(self, gateway: PayPalGateway, bank: Bank) -> None:
        opened = gateway.open_page(order_of(gateway))
        approve(bank, opened)
        bank.control(f"paypal/capture/{opened.session_id}")  # ORDER_ALREADY_CAPTURED for whoever comes second

        page = gateway.take_page(opened.session_id)

        assert page.state == PageState.PAID
        assert page.receipt is not None

    @pytest.mark.parametrize("fault", ["drop", "truncate", "garbage", "timeout"])
    def test_an_answer_lost_after_the_money_was_taken_is_found_by_reading(
        self, gateway: PayPalGateway, bank: Bank, fault: str
    ) -> None:
        opened = gateway.open_page(order_of(gateway))
        approve(bank, opened)
        bank.fail(fault, times=2, path="/capture", seconds=1.5 if fault == "timeout" else 0)

        with pytest.raises(Unsure):
            gateway.take_page(opened.session_id)

        bank.calm()
        found = gateway.take_page(opened.session_id)
        assert found.receipt is not None
        assert self.fees(bank, found) == found.receipt.fee.cents if found.receipt.fee else False

    @pytest.mark.parametrize("executed", [True, False])
    def test_an_error_of_paypals_while_taking_is_tried_again_with_the_same_id(
        self, gateway: PayPalGateway, bank: Bank, executed: bool
    ) -> None:
        opened = gateway.open_page(order_of(gateway))
        approve(bank, opened)
        bank.fail("status", status=500, executed=executed, path="/capture")

        assert gateway.take_page(opened.session_id).state == PageState.PAID

    def test_one_payment_of_ours_is_never_paid_by_two_orders(self, gateway: PayPalGateway, bank: Bank) -> None:
        first = gateway.open_page(order_of(gateway))
        bank.advance(7 * 3600)  # PayPal has forgotten the key, and makes another order
        bank.control("paypal/tokens/life", seconds=32_400)
        second = gateway.open_page(order_of(gateway))
        assert second.session_id != first.session_id
        approve(bank, second)
        assert gateway.take_page(second.session_id).state == PageState.PAID

        bank.advance(7 * 3600)
        third = gateway.open_page(order_of(gateway))
        approve(bank, third)
        page = gateway.take_page(third.session_id)

        assert page.state == PageState.CLOSED
        assert page.decline is not None
        assert (page.decline.failure, page.decline.code) == (Failure.PROVIDER, "DUPLICATE_INVOICE_ID")

    def test_an_approved_order_that_we_close_is_not_captured(self, gateway: PayPalGateway, bank: Bank) -> None:
        opened = gateway.open_page(order_of(gateway))
        approve(bank, opened)

        assert gateway.close_page(opened.session_id).state == PageState.CLOSED
        assert self.fees(bank, opened) == 0

    def test_a_page_is_not_searched_for_but_asked_for_again(self, gateway: PayPalGateway) -> None:
        opened = gateway.open_page(order_of(gateway))

        assert gateway.find_page(person=opened.person, reference="one", since=LONG_AGO) is None

    def test_wrong_credentials_conclude_nothing(self, bank: Bank, settings: Settings) -> None:
        point_at(bank, settings)
        settings.PAYPAL_SECRET = "wrong"
        paypal_gateway.cache_clear()

        with pytest.raises(Unsure) as doubt:
            paypal_gateway().read_page("nobody")

        assert str(doubt.value) == "invalid_client"

    def test_a_receipt_of_another_currency_says_so(self, gateway: PayPalGateway, bank: Bank) -> None:
        api = gateway._door._api
        unit = {"custom_id": "one", "amount": {"currency_code": "USD", "value": "5.00"}}
        order = api.post("v2/checkout/orders", {"intent": "CAPTURE", "purchase_units": [unit]})
        bank.control(f"paypal/approve/{order['id']}")

        receipt = gateway.take_page(order["id"]).receipt

        assert receipt is not None
        assert (receipt.received, receipt.currency) == (Money(500), "USD")


class TestRefunds:
    """What is PayPal's own about money that goes back; the rest is in the contract."""

    @pytest.fixture
    def receipt(self, gateway: PayPalGateway, bank: Bank) -> Receipt:
        return TestPayPal().paid(gateway, bank)[1]

    def test_more_than_is_left_is_refused_in_paypals_words(self, gateway: PayPalGateway, receipt: Receipt) -> None:
        with pytest.raises(Refused) as refusal:
            gateway.refund(refund_order(receipt, 4_681))

        assert refusal.value.code == "REFUND_AMOUNT_EXCEEDED"

    def test_a_slow_refund_says_why_and_has_not_moved(
        self, gateway: PayPalGateway, bank: Bank, receipt: Receipt
    ) -> None:
        bank.control("paypal/refunds/slow")

        refund = gateway.refund(refund_order(receipt))

        assert (refund.state, refund.reason, refund.moved) == (RefundState.PENDING, "ECHECK", False)

    def test_news_of_money_that_goes_back_names_its_capture(
        self, gateway: PayPalGateway, bank: Bank, receipt: Receipt
    ) -> None:
        capture = receipt.object_id
        gateway.refund(refund_order(receipt, 100))
        bank.control(f"paypal/dispute/{capture}", chargeback=True)

        types = ["PAYMENT.CAPTURE.REFUNDED", "PAYMENT.CAPTURE.REVERSED", "CUSTOMER.DISPUTE.CREATED"]
        news = list(gateway.news_since(datetime.now(UTC) - timedelta(hours=1), types=types))

        assert [(each.type, each.intent_id) for each in news] == [(kind, capture) for kind in types]
