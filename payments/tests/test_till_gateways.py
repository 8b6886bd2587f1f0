from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from payments.gateways.base import Gateway, Receipt, Unsure
from payments.gateways.paypal import PayPalGateway, paypal_gateway
from payments.gateways.stripe.till import _balance, _cents, _payout
from payments.models import MovementCause
from payments.tests.gateway_contract import order_of
from payments.tests.pointing import point_at
from payments.tests.test_paypal_gateway import approve
from payments.tests.till_contract import TillContract, movements
from tests.support.bank import Bank


class TestStripeTill(TillContract):
    """Stripe's balance, through its unmodified SDK, against the sandbox."""

    def earn(self, gateway: Gateway, bank: Bank, reference: str = "one", cents: int = 4_680) -> Receipt:
        opened = gateway.open_page(order_of(gateway, reference, cents))
        bank.pay(opened.session_id)
        receipt = gateway.read_page(opened.session_id).receipt
        assert receipt is not None
        return receipt

    def send_to_bank(self, bank: Bank, *, pending: bool = False) -> str:
        bank.control("available")
        return str(bank.control("payout", status="pending" if pending else "paid")["id"])

    def send_back(self, bank: Bank, payout_id: str) -> None:
        bank.control(f"payouts/{payout_id}/move", status="failed")

    def arrive(self, bank: Bank, payout_id: str) -> None:
        bank.control(f"payouts/{payout_id}/move", status="paid")

    def move(self, bank: Bank, kind: str, cents: int, currency: str = "EUR") -> None:
        word = {"fee": "stripe_fee"}.get(kind, kind)
        bank.control("movement", kind=word, amount=cents, currency=currency.lower())

    def test_money_is_pending_before_it_is_available(self, gateway: Gateway, bank: Bank) -> None:
        self.earn(gateway, bank)

        balance = gateway.read_balance()
        [movement] = movements(gateway)

        assert (balance.available.cents, balance.pending.cents) == (0, movement.net_cents)
        assert movement.available_at is not None
        assert movement.available_at > movement.occurred_at

    @pytest.mark.parametrize(
        ("category", "cause"),
        [
            ("dispute", MovementCause.DISPUTE),
            ("dispute_reversal", MovementCause.DISPUTE),
            ("fee", MovementCause.FEE),
            ("connect_reserved_funds", MovementCause.OTHER),
        ],
    )
    def test_an_adjustment_says_what_it_adjusts(
        self, gateway: Gateway, bank: Bank, category: str, cause: MovementCause
    ) -> None:
        bank.control("movement", kind="adjustment", amount=-100, category=category)

        [movement] = movements(gateway)

        assert (movement.cause, movement.kind) == (cause, f"adjustment/{category}")


class TestPayPalTill(TillContract):
    """PayPal's reports, through the hardened client, against the sandbox."""

    @pytest.fixture
    def gateway(self, bank: Bank, settings: Settings) -> Iterator[PayPalGateway]:
        point_at(bank, settings)
        yield paypal_gateway()
        paypal_gateway.cache_clear()

    def earn(self, gateway: Gateway, bank: Bank, reference: str = "one", cents: int = 4_680) -> Receipt:
        opened = gateway.open_page(order_of(gateway, reference, cents))
        approve(bank, opened)
        receipt = gateway.take_page(opened.session_id).receipt
        assert receipt is not None
        return receipt

    def send_to_bank(self, bank: Bank, *, pending: bool = False) -> str:
        return str(bank.control("paypal/withdraw", pending=pending)["id"])

    def send_back(self, bank: Bank, payout_id: str) -> None:
        bank.control(f"paypal/withdrawals/{payout_id}/end", returned=True)

    def arrive(self, bank: Bank, payout_id: str) -> None:
        bank.control(f"paypal/withdrawals/{payout_id}/end")

    def move(self, bank: Bank, kind: str, cents: int, currency: str = "EUR") -> None:
        bank.control("paypal/movement", code={"fee": "T0100"}.get(kind, "T9900"), amount=cents, currency=currency)

    def test_the_fee_of_a_chargeback_is_a_movement_of_its_own(self, gateway: Gateway, bank: Bank) -> None:
        receipt = self.earn(gateway, bank)
        bank.control(f"paypal/dispute/{receipt.charge_id}", chargeback=True)

        told = [(each.cause, each.kind, each.source_id == receipt.charge_id) for each in movements(gateway)]

        assert told[1:] == [(MovementCause.DISPUTE, "T1201", True), (MovementCause.DISPUTE, "T0106", True)]
        assert sum(each.net_cents for each in movements(gateway)) == gateway.read_balance().total.cents

    def test_a_report_that_is_late_is_no_lie(self, gateway: Gateway, bank: Bank) -> None:
        bank.control("paypal/reporting", late=3 * 3600)
        self.earn(gateway, bank)

        assert movements(gateway) == []


def test_what_is_no_whole_number_is_no_amount() -> None:
    for value in (True, 1.5, "12", None):
        with pytest.raises(TypeError):
            _cents(value)


def test_a_balance_without_euros_is_empty() -> None:
    read = _balance({"available": [{"currency": "usd", "amount": 5}], "pending": []})

    assert (read.total.cents, read.others) == (0, ("USD",))


def test_a_status_that_nobody_knows_is_no_answer(gateway: Gateway) -> None:
    from payments.gateways.stripe.client import readable

    with pytest.raises(Unsure):
        readable(lambda: _payout({"id": "po_1", "status": "teleported"}))
