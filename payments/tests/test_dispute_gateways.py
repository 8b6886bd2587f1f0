"""Both providers keep the contract of disputes; and what is particular to one of them."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from core.money import Money
from payments.gateways.base import DisputeState, Page, Refused, Unsure
from payments.gateways.paypal import PayPalGateway, paypal_gateway
from payments.gateways.stripe import StripeGateway
from payments.tests.dispute_contract import AMOUNT, EVIDENCE, DisputeContract, taken
from payments.tests.gateway_contract import LONG_AGO
from payments.tests.pointing import point_at
from payments.tests.test_paypal_gateway import approve
from tests.support.bank import ASKING_CARD, Bank


class TestStripeDisputes(DisputeContract):
    control = "dispute"
    chargeback = {"reason": "fraudulent"}
    inquiry = {"inquiry": True}
    told = "charge.dispute.created"
    fee = 1_500
    card = "4242424242424242"

    def agree(self, bank: Bank, page: Page) -> None:
        bank.pay(page.session_id, card=self.card)

    def sent_files(self, bank: Bank, object_id: str) -> list[str]:
        return [each["sha256"] for each in bank.control(f"dispute/{object_id}/files")["files"]]

    def test_the_pack_arrives_as_it_is(self, gateway: StripeGateway, bank: Bank) -> None:
        dispute = self.disputed(gateway, bank)

        gateway.send_evidence(dispute.object_id, EVIDENCE)

        assert self.sent_files(bank, dispute.object_id) == [sha256(EVIDENCE.pack).hexdigest()]

    def test_an_inquiry_that_closes_is_over_without_a_decision(self, gateway: StripeGateway, bank: Bank) -> None:
        dispute = self.disputed(gateway, bank, inquiry=True)
        self.decide(bank, dispute, "warning_closed")

        assert gateway.read_dispute(dispute.object_id).state == DisputeState.CLOSED

    def test_what_3d_secure_said_is_known(self, gateway: StripeGateway, bank: Bank) -> None:
        self.card = ASKING_CARD

        assert self.disputed(gateway, bank).authentication == "authenticated"

    def test_a_warning_of_fraud_names_the_payment(self, gateway: StripeGateway, bank: Bank) -> None:
        receipt = self.paid(gateway, bank)
        bank.control(f"fraud-warning/{receipt.object_id}", fraud="made_with_stolen_card")
        [news] = gateway.news_since(LONG_AGO, types=["radar.early_fraud_warning.created"])

        warning = gateway.fraud_warning_about(news)

        assert warning is not None
        assert (warning.kind, warning.reference) == ("made_with_stolen_card", "one")
        assert warning.charge_id == receipt.charge_id

    def test_other_news_warns_of_nothing(self, gateway: StripeGateway, bank: Bank) -> None:
        self.paid(gateway, bank)

        [news] = gateway.news_since(LONG_AGO, types=["payment_intent.succeeded"])

        assert gateway.fraud_warning_about(news) is None


class TestPayPalDisputes(DisputeContract):
    control = "paypal/dispute"
    chargeback = {"reason": "UNAUTHORISED", "chargeback": True}
    inquiry = {"reason": "MERCHANDISE_OR_SERVICE_NOT_RECEIVED"}
    told = "CUSTOMER.DISPUTE.CREATED"
    fee = 1_600

    @pytest.fixture
    def gateway(self, bank: Bank, settings: Settings) -> Iterator[PayPalGateway]:
        point_at(bank, settings)
        yield paypal_gateway()
        paypal_gateway.cache_clear()

    def agree(self, bank: Bank, page: Page) -> None:
        approve(bank, page)

    def sent_files(self, bank: Bank, object_id: str) -> list[str]:
        return [each["sha256"] for each in bank.control(f"paypal/dispute/{object_id}/files")["files"]]

    def reversal(self, gateway: PayPalGateway) -> Any:
        [news] = gateway.news_since(LONG_AGO, types=["PAYMENT.CAPTURE.REVERSED"])
        return news

    def test_a_reversal_leads_to_the_dispute_that_took_the_money(self, gateway: PayPalGateway, bank: Bank) -> None:
        dispute = self.disputed(gateway, bank)

        assert gateway.disputes_about(self.reversal(gateway)) == [dispute]

    def test_a_reversal_without_a_dispute_is_one_that_is_lost(self, gateway: PayPalGateway, bank: Bank) -> None:
        receipt = self.paid(gateway, bank)
        bank.control(f"paypal/reverse/{receipt.object_id}", amount=2_000)

        [dispute] = gateway.disputes_about(self.reversal(gateway))

        assert (dispute.state, dispute.charge_id, taken(dispute)) == (
            DisputeState.LOST,
            receipt.object_id,
            Money(2_000),
        )
        assert (dispute.reference, dispute.status) == ("one", "REVERSED")

    def test_a_reversal_that_its_dispute_does_not_tell_yet_is_unsure(self, gateway: PayPalGateway, bank: Bank) -> None:
        receipt = self.paid(gateway, bank)
        bank.control(f"paypal/dispute/{receipt.object_id}", amount=1_000)
        bank.control(f"paypal/reverse/{receipt.object_id}", amount=1_000)

        with pytest.raises(Unsure):
            gateway.disputes_about(self.reversal(gateway))

    def test_a_complaint_only_freezes_the_money(self, gateway: PayPalGateway, bank: Bank) -> None:
        dispute = self.disputed(gateway, bank, chargeback=False)
        assert (dispute.state, dispute.freezes, dispute.movements) == (DisputeState.WARNING, True, ())

        bank.control(f"paypal/dispute/{dispute.object_id}/escalate")
        claim = gateway.read_dispute(dispute.object_id)
        assert (claim.state, claim.freezes, claim.movements) == (DisputeState.OPENED, True, ())

        self.decide(bank, dispute, "lost")
        lost = gateway.read_dispute(dispute.object_id)
        assert (lost.state, lost.freezes, taken(lost)) == (DisputeState.LOST, False, Money(AMOUNT))

    def test_a_payer_who_gives_up_closes_the_dispute(self, gateway: PayPalGateway, bank: Bank) -> None:
        dispute = self.disputed(gateway, bank)
        self.decide(bank, dispute, "cancelled")

        told = gateway.read_dispute(dispute.object_id)
        assert (told.state, taken(told)) == (DisputeState.CLOSED, Money(0))

    def test_disputes_are_read_page_after_page(
        self, gateway: PayPalGateway, bank: Bank, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("payments.gateways.paypal.disputes._PAGE_SIZE", 1)
        receipt = self.paid(gateway, bank)
        for _ in range(3):
            bank.control(f"paypal/dispute/{receipt.object_id}", amount=1_000)

        assert len({each.object_id for each in gateway.disputes_since(LONG_AGO)}) == 3

    def test_a_reversal_that_paypal_does_not_know_is_refused(self, gateway: PayPalGateway, bank: Bank) -> None:
        receipt = self.paid(gateway, bank)
        bank.control(f"paypal/reverse/{receipt.object_id}", amount=2_000)
        news = self.reversal(gateway)
        bank.control("reset", everything=True)

        with pytest.raises(Refused):
            gateway.disputes_about(news)
