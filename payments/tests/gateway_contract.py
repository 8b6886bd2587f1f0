"""What each gateway promises, tested against an imitation of its provider. The tests of each gateway inherit this."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest

from core.money import Money
from payments.gateways.base import (
    Gateway,
    Order,
    Page,
    PageState,
    Person,
    Receipt,
    RefundOrder,
    RefundState,
    Refused,
    Unsure,
)
from payments.models import Failure
from tests.support.bank import Bank

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


def refund_order(receipt: Receipt, cents: int = 1_000, reference: str = "back") -> RefundOrder:
    return RefundOrder(reference, receipt.object_id, Money(cents), "Remboursement", key=f"refund-{reference}-1")


class RefundContract:
    """What each gateway promises of money that goes back. Inherited with `GatewayContract`."""

    refunding: ClassVar[str]
    """The address of the call that gives money back: faults are put there."""

    def paid(self, gateway: Gateway, bank: Bank, *, slow: bool = False) -> tuple[Page, Receipt]:
        """A payment that succeeded; one whose refunds take days when `slow`."""
        raise NotImplementedError

    def given_back(self, bank: Bank, page: Page) -> int:
        """What the provider says that it gave back, in cents."""
        raise NotImplementedError

    def give_back_elsewhere(self, bank: Bank, receipt: Receipt, cents: int) -> None:
        """Somebody gives money back in the provider's own pages."""
        raise NotImplementedError

    def end_refund(self, bank: Bank, refund_id: str, *, arrives: bool) -> None:
        """A refund that takes days arrives, or fails."""
        raise NotImplementedError

    def test_a_refund_gives_back_what_was_asked_and_names_its_payment(self, gateway: Gateway, bank: Bank) -> None:
        page, receipt = self.paid(gateway, bank)

        refund = gateway.refund(refund_order(receipt))

        assert (refund.state, refund.amount, refund.currency) == (RefundState.COMPLETED, Money(1_000), "EUR")
        assert (refund.intent_id, refund.reference, refund.moved) == (receipt.object_id, "back", True)
        assert refund.fee_back == Money(0)
        assert datetime.now(UTC) - refund.made_at < timedelta(minutes=1)
        assert gateway.read_refund(refund.object_id) == refund
        assert self.given_back(bank, page) == 1_000

    def test_the_same_refund_asked_twice_is_one(self, gateway: Gateway, bank: Bank) -> None:
        page, receipt = self.paid(gateway, bank)

        assert gateway.refund(refund_order(receipt)) == gateway.refund(refund_order(receipt))
        assert self.given_back(bank, page) == 1_000

    def test_the_same_key_with_another_amount_to_give_back_is_no_refusal(self, gateway: Gateway, bank: Bank) -> None:
        _page, receipt = self.paid(gateway, bank)
        gateway.refund(refund_order(receipt))

        with pytest.raises(Unsure):
            gateway.refund(refund_order(receipt, 999))

    def test_several_parts_may_go_back_but_never_more_than_was_taken(self, gateway: Gateway, bank: Bank) -> None:
        page, receipt = self.paid(gateway, bank)
        gateway.refund(refund_order(receipt, 1_000, "first"))
        gateway.refund(refund_order(receipt, 3_000, "second"))

        with pytest.raises(Refused):
            gateway.refund(refund_order(receipt, 681, "third"))
        gateway.refund(refund_order(receipt, 680, "fourth"))
        with pytest.raises(Refused):
            gateway.refund(refund_order(receipt, 1, "fifth"))

        assert self.given_back(bank, page) == 4_680

    @pytest.mark.parametrize("fault", ["drop", "garbage", "truncate", "timeout"])
    def test_an_answer_lost_after_money_went_back_is_unsure_and_the_refund_is_found(
        self, gateway: Gateway, bank: Bank, fault: str
    ) -> None:
        page, receipt = self.paid(gateway, bank)
        bank.fail(fault, times=2, path=self.refunding, method="POST", seconds=1.5 if fault == "timeout" else 0)

        with pytest.raises(Unsure):
            gateway.refund(refund_order(receipt))

        bank.calm()
        again = gateway.refund(refund_order(receipt))
        [found] = gateway.refunds_of(session_id=page.session_id, intent_id=receipt.object_id)
        assert found == again
        assert self.given_back(bank, page) == 1_000

    def test_every_refund_of_a_payment_is_listed_whoever_began_it(self, gateway: Gateway, bank: Bank) -> None:
        page, receipt = self.paid(gateway, bank)
        gateway.refund(refund_order(receipt))
        self.give_back_elsewhere(bank, receipt, 500)

        listed = gateway.refunds_of(session_id=page.session_id, intent_id=receipt.object_id)

        assert sorted((each.reference, each.amount.cents) for each in listed) == [("", 500), ("back", 1_000)]
        assert {each.intent_id for each in listed} == {receipt.object_id}

    def test_a_payment_that_nobody_refunded_has_none(self, gateway: Gateway, bank: Bank) -> None:
        page, receipt = self.paid(gateway, bank)

        assert gateway.refunds_of(session_id=page.session_id, intent_id=receipt.object_id) == []

    @pytest.mark.parametrize(("arrives", "end"), [(True, RefundState.COMPLETED), (False, RefundState.FAILED)])
    def test_a_slow_refund_is_pending_until_it_arrives_or_fails(
        self, gateway: Gateway, bank: Bank, *, arrives: bool, end: RefundState
    ) -> None:
        _page, receipt = self.paid(gateway, bank, slow=True)

        refund = gateway.refund(refund_order(receipt))
        self.end_refund(bank, refund.object_id, arrives=arrives)

        assert refund.state == RefundState.PENDING
        assert gateway.read_refund(refund.object_id).state == end

    def test_an_unknown_refund_is_refused_and_silence_is_unsure(self, gateway: Gateway, bank: Bank) -> None:
        page, receipt = self.paid(gateway, bank)
        with pytest.raises(Refused):
            gateway.read_refund("nobody")

        bank.fail("drop", times=20)

        with pytest.raises(Unsure):
            gateway.read_refund("nobody")
        with pytest.raises(Unsure):
            gateway.refunds_of(session_id=page.session_id, intent_id=receipt.object_id)
        bank.calm()


class GatewayContract(RefundContract):
    """Inherit it, with the fixtures `gateway` (the real one) and `bank` (the imitation behind it).

    It says where pages are opened, what is told of a payment, and what its customers do.
    """

    opening: ClassVar[str]
    """The address of the call that opens a page: faults are put there."""
    told: ClassVar[list[str]]
    """What is told of a payment, in order."""

    def agree(self, bank: Bank, page: Page) -> None:
        """The customer pays on the page."""
        raise NotImplementedError

    def be_refused(self, bank: Bank, page: Page) -> None:
        """The customer tries to pay, with funds that are refused."""
        raise NotImplementedError

    def fees(self, bank: Bank, page: Page) -> int:
        """What the provider says that it kept, in cents."""
        raise NotImplementedError

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

    def test_an_unknown_page_is_refused(self, gateway: Gateway) -> None:
        with pytest.raises(Refused):
            gateway.read_page("nobody")

    @pytest.mark.parametrize("status", [429, 503])
    def test_a_busy_provider_is_unsure(self, gateway: Gateway, bank: Bank, status: int) -> None:
        opened = gateway.open_page(order_of(gateway))
        bank.fail("status", status=status, times=4)

        with pytest.raises(Unsure):
            gateway.read_page(opened.session_id)

    def test_a_payment_gives_a_receipt(self, gateway: Gateway, bank: Bank) -> None:
        opened = gateway.open_page(order_of(gateway))
        self.agree(bank, opened)

        page = gateway.take_page(opened.session_id)

        assert (page.state, page.reference, page.person) == (PageState.PAID, "one", opened.person)
        assert page.receipt is not None
        assert (page.receipt.received, page.receipt.currency) == (Money(4_680), "EUR")
        assert page.receipt.object_id
        assert page.receipt.charge_id
        assert datetime.now(UTC) - page.receipt.paid_at < timedelta(minutes=1)
        assert page.receipt.fee == Money(self.fees(bank, page))

    def test_the_money_is_taken_once_however_often_it_is_asked(self, gateway: Gateway, bank: Bank) -> None:
        opened = gateway.open_page(order_of(gateway))
        self.agree(bank, opened)

        def take(_: int) -> str:
            try:
                page = gateway.take_page(opened.session_id)
            except Unsure:  # another one is doing it at this moment
                return ""
            return page.receipt.object_id if page.receipt else ""

        with ThreadPoolExecutor(4) as pool:
            receipts = set(pool.map(take, range(4))) - {""}

        last = gateway.take_page(opened.session_id).receipt
        assert last is not None
        assert receipts <= {last.object_id}
        assert Money(self.fees(bank, opened)) == last.fee

    def test_a_page_that_nobody_paid_has_nothing_to_take(self, gateway: Gateway) -> None:
        opened = gateway.open_page(order_of(gateway))

        page = gateway.take_page(opened.session_id)

        assert (page.state, page.receipt, page.decline) == (PageState.OPEN, None, None)

    def test_refused_funds_leave_the_page_open_and_other_funds_pay(self, gateway: Gateway, bank: Bank) -> None:
        opened = gateway.open_page(order_of(gateway))
        self.be_refused(bank, opened)

        refused = gateway.take_page(opened.session_id)
        self.agree(bank, opened)

        assert (refused.state, refused.receipt) == (PageState.OPEN, None)
        assert refused.url == opened.url
        assert refused.decline is not None
        assert refused.decline.failure in (Failure.BANK, Failure.FUNDS, Failure.PAYPAL)
        assert gateway.take_page(opened.session_id).state == PageState.PAID

    def test_an_open_page_is_closed_and_stays_closed(self, gateway: Gateway) -> None:
        opened = gateway.open_page(order_of(gateway))

        assert gateway.close_page(opened.session_id).state == PageState.CLOSED
        assert gateway.close_page(opened.session_id).state == PageState.CLOSED

    def test_closing_a_paid_page_finds_the_money(self, gateway: Gateway, bank: Bank) -> None:
        opened = gateway.open_page(order_of(gateway))
        self.agree(bank, opened)
        gateway.take_page(opened.session_id)

        closed = gateway.close_page(opened.session_id)

        assert closed.state == PageState.PAID
        assert closed.receipt is not None

    @pytest.mark.parametrize(("fault", "times"), [("refuse", 2), ("drop", 2), ("garbage", 1), ("truncate", 2)])
    def test_no_readable_answer_is_unsure_and_repeating_finds_the_page(
        self, gateway: Gateway, bank: Bank, fault: str, times: int
    ) -> None:
        order = order_of(gateway)
        bank.fail(fault, times=times, path=self.opening, method="POST")  # a lost answer is repeated once

        with pytest.raises(Unsure):
            gateway.open_page(order)

        bank.calm()
        opened = gateway.open_page(order)
        assert gateway.open_page(order).session_id == opened.session_id
        assert gateway.read_page(opened.session_id).reference == "one"

    def test_silence_is_unsure_whatever_is_asked(self, gateway: Gateway, bank: Bank) -> None:
        opened = gateway.open_page(order_of(gateway))
        bank.fail("drop", times=40)

        with pytest.raises(Unsure):
            gateway.read_page(opened.session_id)
        with pytest.raises(Unsure):
            gateway.take_page(opened.session_id)
        with pytest.raises(Unsure):
            gateway.close_page(opened.session_id)
        with pytest.raises(Unsure):
            list(gateway.news_since(LONG_AGO, types=self.told))
        bank.calm()

    def test_news_is_fetched_in_order(self, gateway: Gateway, bank: Bank) -> None:
        opened = gateway.open_page(order_of(gateway))
        self.agree(bank, opened)
        receipt = gateway.take_page(opened.session_id).receipt

        news = list(gateway.news_since(LONG_AGO, types=self.told))

        assert receipt is not None
        assert [each.type for each in news] == self.told
        assert [each.reference for each in news] == ["one"] * len(self.told)
        assert opened.session_id in [each.session_id for each in news]
        assert receipt.object_id in [each.intent_id for each in news]
        assert [gateway.recall_news(each.payload) for each in news] == news
        assert list(gateway.news_since(LONG_AGO, types=self.told[:1])) == news[:1]
