"""What each gateway promises of disputes, tested against an imitation of its provider. Its tests inherit this."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest

from core.money import ZERO, Money
from payments.gateways.base import Dispute, DisputeState, Evidence, Gateway, Page, Receipt, Refused, Unsure
from payments.tests.gateway_contract import LONG_AGO, order_of
from tests.support.bank import Bank

EVIDENCE = Evidence(
    text="Le service a été fourni chaque mois.",
    pack=b"%PDF-1.7 the pack \x00\xff",
    filename="litige-P-1.pdf",
    customer_name="Claire Martin",
    customer_email="claire@example.org",
    service="Hébergement",
    key="dispute-one-evidence",
)
AMOUNT = 4_680


class DisputeContract:
    """Inherit it, with the fixtures `gateway` (the real one) and `bank` (the imitation behind it)."""

    control: ClassVar[str]
    """What begins the controls of this provider's disputes."""
    chargeback: ClassVar[dict[str, object]]
    inquiry: ClassVar[dict[str, object]]
    """How a payer disputes at once, and how they only ask first."""
    told: ClassVar[str]
    """The event that says that a dispute began."""
    fee: ClassVar[int]

    def agree(self, bank: Bank, page: Page) -> None:
        """The customer pays on the page."""
        raise NotImplementedError

    def sent_files(self, bank: Bank, object_id: str) -> list[str]:
        """The SHA-256 of the files that the provider has for that dispute."""
        raise NotImplementedError

    def paid(self, gateway: Gateway, bank: Bank) -> Receipt:
        opened = gateway.open_page(order_of(gateway, cents=AMOUNT))
        self.agree(bank, opened)
        receipt = gateway.take_page(opened.session_id).receipt
        assert receipt is not None
        return receipt

    def disputed(self, gateway: Gateway, bank: Bank, **options: object) -> Dispute:
        """A payment is disputed; what the event leads to."""
        receipt = self.paid(gateway, bank)
        bank.control(f"{self.control}/{receipt.object_id}", **(self.chargeback | options))
        [news] = gateway.news_since(LONG_AGO, types=[self.told])
        [dispute] = gateway.disputes_about(news)
        return dispute

    def decide(self, bank: Bank, dispute: Dispute, outcome: str, **options: object) -> None:
        bank.control(f"{self.control}/{dispute.object_id}/close", outcome=outcome, **options)

    def test_a_dispute_tells_what_was_taken_and_until_when_to_answer(self, gateway: Gateway, bank: Bank) -> None:
        dispute = self.disputed(gateway, bank)

        assert (dispute.state, dispute.amount, dispute.currency) == (DisputeState.OPENED, Money(AMOUNT), "EUR")
        assert (dispute.reference, dispute.answerable) == ("one", True)
        assert (taken(dispute), fees(dispute)) == (Money(AMOUNT), Money(self.fee))
        assert {movement.currency for movement in dispute.movements} == {"EUR"}
        assert dispute.due_at is not None
        assert dispute.due_at > datetime.now(UTC)
        assert datetime.now(UTC) - dispute.opened_at < timedelta(minutes=1)
        assert dispute.reason
        assert gateway.read_dispute(dispute.object_id) == dispute

    def test_a_part_of_a_payment_may_be_disputed(self, gateway: Gateway, bank: Bank) -> None:
        dispute = self.disputed(gateway, bank, amount=1_000)

        assert (dispute.amount, taken(dispute)) == (Money(1_000), Money(1_000))

    def test_who_only_asks_takes_nothing(self, gateway: Gateway, bank: Bank) -> None:
        receipt = self.paid(gateway, bank)
        bank.control(f"{self.control}/{receipt.object_id}", **self.inquiry)

        [dispute] = gateway.disputes_since(LONG_AGO)

        assert (dispute.state, dispute.movements, dispute.answerable) == (DisputeState.WARNING, (), True)
        assert dispute.charge_id in (receipt.object_id, receipt.charge_id)

    def test_a_dispute_won_gives_the_money_back(self, gateway: Gateway, bank: Bank) -> None:
        dispute = self.disputed(gateway, bank)

        self.decide(bank, dispute, "won")

        won = gateway.read_dispute(dispute.object_id)
        assert (won.state, taken(won), fees(won)) == (DisputeState.WON, ZERO, Money(self.fee))
        assert won.movements[: len(dispute.movements)] == dispute.movements
        assert not won.answerable

    def test_the_fee_may_come_back_too(self, gateway: Gateway, bank: Bank) -> None:
        dispute = self.disputed(gateway, bank)

        self.decide(bank, dispute, "won", fee_back=True)

        assert fees(gateway.read_dispute(dispute.object_id)) == ZERO

    def test_a_dispute_lost_leaves_the_money_with_the_payer(self, gateway: Gateway, bank: Bank) -> None:
        dispute = self.disputed(gateway, bank)

        self.decide(bank, dispute, "lost")

        lost = gateway.read_dispute(dispute.object_id)
        assert (lost.state, taken(lost), lost.movements) == (DisputeState.LOST, Money(AMOUNT), dispute.movements)

    def test_evidence_arrives_once_however_often_it_is_sent(self, gateway: Gateway, bank: Bank) -> None:
        dispute = self.disputed(gateway, bank)

        answered = gateway.send_evidence(dispute.object_id, EVIDENCE)
        again = gateway.send_evidence(dispute.object_id, EVIDENCE)

        assert answered.state == again.state == DisputeState.ANSWERED
        assert not answered.answerable
        assert len(self.sent_files(bank, dispute.object_id)) == 1

    def test_it_is_too_late_for_evidence_when_all_is_decided(self, gateway: Gateway, bank: Bank) -> None:
        dispute = self.disputed(gateway, bank)
        self.decide(bank, dispute, "lost")

        with pytest.raises(Refused):
            gateway.send_evidence(dispute.object_id, EVIDENCE)

    def test_the_pack_alone_is_evidence_enough(self, gateway: Gateway, bank: Bank) -> None:
        dispute = self.disputed(gateway, bank)
        bare = replace(EVIDENCE, text="", customer_name="", customer_email="", service="")

        assert gateway.send_evidence(dispute.object_id, bare).state == DisputeState.ANSWERED

    def test_an_accepted_dispute_is_lost(self, gateway: Gateway, bank: Bank) -> None:
        dispute = self.disputed(gateway, bank)

        accepted = gateway.accept_dispute(dispute.object_id, note="", key="dispute-one-accept")

        assert (accepted.state, taken(accepted)) == (DisputeState.LOST, Money(AMOUNT))

    def test_a_word_that_nobody_knows_is_kept(self, gateway: Gateway, bank: Bank) -> None:
        dispute = self.disputed(gateway, bank)

        bank.control(f"{self.control}/{dispute.object_id}/say", status="IN_MEDIATION")

        told = gateway.read_dispute(dispute.object_id)
        assert told.state == DisputeState.UNKNOWN
        assert "IN_MEDIATION" in told.status
        assert taken(told) == Money(AMOUNT)

    def test_an_unknown_dispute_is_refused(self, gateway: Gateway) -> None:
        with pytest.raises(Refused):
            gateway.read_dispute("nobody")

    def test_disputes_that_were_never_told_are_listed(self, gateway: Gateway, bank: Bank) -> None:
        dispute = self.disputed(gateway, bank)

        assert list(gateway.disputes_since(LONG_AGO)) == [dispute]
        assert list(gateway.disputes_since(datetime.now(UTC) + timedelta(days=1))) == []

    def test_silence_about_a_dispute_is_unsure(self, gateway: Gateway, bank: Bank) -> None:
        dispute = self.disputed(gateway, bank)
        bank.fail("drop", times=40)

        with pytest.raises(Unsure):
            gateway.read_dispute(dispute.object_id)
        with pytest.raises(Unsure):
            list(gateway.disputes_since(LONG_AGO))
        with pytest.raises(Unsure):
            gateway.send_evidence(dispute.object_id, EVIDENCE)
        with pytest.raises(Unsure):
            gateway.accept_dispute(dispute.object_id, note="", key="dispute-one-accept")


def taken(dispute: Dispute) -> Money:
    """What left our account there, less what came back."""
    return sum((movement.amount for movement in dispute.movements), ZERO)


def fees(dispute: Dispute) -> Money:
    return sum((movement.fee for movement in dispute.movements), ZERO)
