"""What each gateway promises of the money that its provider holds, against an imitation. Each gateway inherits it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from core.money import Money
from payments.gateways.base import BankPayout, Gateway, Movement, Receipt, Refused, Unsure
from payments.models import MovementCause, PayoutStatus

if TYPE_CHECKING:
    from tests.support.bank import Bank

WEEK = timedelta(days=7)


def soon() -> datetime:
    """The imitations write whole seconds; what happens now is before this."""
    return datetime.now(UTC) + timedelta(seconds=2)


def movements(gateway: Gateway) -> list[Movement]:
    return list(gateway.movements_since(soon() - WEEK, until=soon()))


def payouts(gateway: Gateway) -> list[BankPayout]:
    return list(gateway.payouts_since(soon() - WEEK, until=soon()))


class TillContract:
    """Inherit it, with the fixtures `gateway` and `bank`. It says what people do at the provider."""

    def earn(self, gateway: Gateway, bank: Bank, reference: str = "one", cents: int = 4_680) -> Receipt:
        """A payment is taken there, and its money is available."""
        raise NotImplementedError

    def send_to_bank(self, bank: Bank, *, pending: bool = False) -> str:
        """All that is available goes to our bank; returns the provider's id."""
        raise NotImplementedError

    def send_back(self, bank: Bank, payout_id: str) -> None:
        """Our bank sends it back."""
        raise NotImplementedError

    def arrive(self, bank: Bank, payout_id: str) -> None:
        raise NotImplementedError

    def move(self, bank: Bank, kind: str, cents: int, currency: str = "EUR") -> None:
        """Something else moves the balance: `kind` is `fee`, or a word that nobody knows."""
        raise NotImplementedError

    def test_the_balance_is_the_sum_of_its_movements(self, gateway: Gateway, bank: Bank) -> None:
        assert gateway.read_balance().total == Money(0)
        first, second = self.earn(gateway, bank), self.earn(gateway, bank, "two", 9_999)
        self.move(bank, "fee", -1_234)

        balance = gateway.read_balance()

        assert sum(each.net_cents for each in movements(gateway)) == balance.total.cents
        fees = (first.fee or Money(0)) + (second.fee or Money(0))
        assert balance.total == Money(4_680 + 9_999 - 1_234) - fees
        assert balance.others == ()

    def test_a_payment_moves_the_balance_under_its_own_id_and_our_reference(self, gateway: Gateway, bank: Bank) -> None:
        receipt = self.earn(gateway, bank)

        [movement] = movements(gateway)

        assert (movement.cause, movement.source_id, movement.reference) == (
            MovementCause.PAYMENT,
            receipt.charge_id,
            "one",
        )
        assert (Money(movement.gross_cents), Money(movement.fee_cents)) == (receipt.received, receipt.fee)
        assert (movement.net_cents, movement.currency) == (movement.gross_cents - movement.fee_cents, "EUR")

    def test_a_payout_leaves_at_once_and_arrives_later(self, gateway: Gateway, bank: Bank) -> None:
        self.earn(gateway, bank)
        held = gateway.read_balance().total
        sent = self.send_to_bank(bank, pending=True)

        [payout] = payouts(gateway)

        assert (payout.object_id, payout.amount_cents, payout.currency) == (sent, held.cents, "EUR")
        assert payout.status in (PayoutStatus.PENDING, PayoutStatus.IN_TRANSIT)
        assert gateway.read_balance().total == Money(0)
        leaving = [each for each in movements(gateway) if each.cause == MovementCause.PAYOUT]
        assert [(each.source_id, each.net_cents) for each in leaving] == [(sent, -held.cents)]
        self.arrive(bank, sent)
        assert gateway.read_payout(sent, begun_at=payout.created_at).status == PayoutStatus.PAID

    def test_a_payout_may_come_back_after_it_was_paid(self, gateway: Gateway, bank: Bank) -> None:
        self.earn(gateway, bank)
        sent = self.send_to_bank(bank)
        [paid] = payouts(gateway)
        self.send_back(bank, sent)

        assert paid.status == PayoutStatus.PAID
        [back] = payouts(gateway)
        assert (back.status, bool(back.failure_code)) == (PayoutStatus.FAILED, True)
        assert gateway.read_payout(sent, begun_at=paid.created_at) == back
        both = [each for each in movements(gateway) if each.cause == MovementCause.PAYOUT]
        assert [each.source_id for each in both] == [sent, sent]
        assert sum(each.net_cents for each in both) == 0

    def test_an_unknown_payout_is_refused(self, gateway: Gateway) -> None:
        with pytest.raises(Refused):
            gateway.read_payout("nobody", begun_at=soon())

    def test_fees_are_known_and_what_nobody_knows_is_something_else(self, gateway: Gateway, bank: Bank) -> None:
        self.move(bank, "fee", -500)
        self.move(bank, "a word of tomorrow", 70)

        causes = {each.cause: each for each in movements(gateway)}

        assert set(causes) == {MovementCause.FEE, MovementCause.OTHER}
        assert causes[MovementCause.FEE].net_cents == -500
        assert causes[MovementCause.OTHER].source_id == causes[MovementCause.OTHER].object_id

    def test_another_currency_is_kept_apart(self, gateway: Gateway, bank: Bank) -> None:
        self.move(bank, "fee", -500, "USD")

        assert gateway.read_balance().total == Money(0)
        assert gateway.read_balance().others == ("USD",)
        assert [each.currency for each in movements(gateway)] == ["USD"]

    def test_lists_are_read_page_after_page(self, gateway: Gateway, bank: Bank) -> None:
        gateway.page_size = 2
        for turn in range(5):
            self.move(bank, "fee", -turn - 1)

        found = movements(gateway)

        assert sorted(each.net_cents for each in found) == [-5, -4, -3, -2, -1]
        assert len({each.object_id for each in found}) == 5

    def test_only_the_time_asked_for_is_told(self, gateway: Gateway, bank: Bank) -> None:
        self.earn(gateway, bank)

        assert list(gateway.movements_since(soon() - WEEK, until=soon() - timedelta(days=1))) == []
        assert list(gateway.payouts_since(soon() - WEEK, until=soon() - timedelta(days=1))) == []

    @pytest.mark.parametrize(("fault", "times"), [("drop", 20), ("garbage", 20)])
    def test_no_readable_answer_is_unsure(self, gateway: Gateway, bank: Bank, fault: str, times: int) -> None:
        self.earn(gateway, bank)
        bank.fail(fault, times=times)

        for ask in (
            gateway.read_balance,
            lambda: movements(gateway),
            lambda: payouts(gateway),
            lambda: gateway.read_payout("po_1", begun_at=soon()),
        ):
            with pytest.raises(Unsure):
                ask()
        bank.calm()

    @pytest.mark.parametrize("status", [401, 503])
    def test_a_provider_that_does_not_want_to_is_unsure(self, gateway: Gateway, bank: Bank, status: int) -> None:
        bank.fail("status", status=status, times=20)

        with pytest.raises(Unsure):
            gateway.read_balance()
        with pytest.raises(Unsure):
            movements(gateway)
        bank.calm()
