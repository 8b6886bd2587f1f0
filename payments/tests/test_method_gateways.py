"""Saved methods at both providers: the same contract, then what is special to each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pytest_django.fixtures import Settings

from core.money import Money
from payments.gateways.base import (
    ChargeState,
    Debit,
    Declined,
    DeclineKind,
    Gateway,
    Instrument,
    Page,
    PageState,
    Refused,
    SavingPage,
    SavingState,
    Unsure,
)
from payments.gateways.paypal import PayPalGateway, paypal_gateway
from payments.gateways.stripe import StripeGateway
from payments.models import Failure, Method
from payments.tests.gateway_contract import order_of
from payments.tests.methods_contract import AMOUNT, MethodsContract, debit_of, saving_of
from payments.tests.pointing import point_at
from payments.tests.test_paypal_gateway import paypal_totals
from tests.support.bank import AMEX, ASKING_CARD, GOOD_CARD, Bank

SPENT_CARD = "4000000000000341"
"""It can be saved, then refuses every charge."""
CO_BADGED = "4000002500001001"
WITHOUT_PROOF_ONCE_SAVED = "4000002500003155"


class TestStripe(MethodsContract):
    """Cards, through the unmodified SDK."""

    saving = "/v1/checkout/sessions"

    def consent(self, bank: Bank, page: SavingPage) -> None:
        bank.pay(page.session_id, card=GOOD_CARD)

    def agree(self, bank: Bank, page: Page) -> None:
        bank.pay(page.session_id, card=GOOD_CARD)

    def taken(self, bank: Bank) -> int:
        return bank.totals()["captured_cents"]

    def refusing(self, gateway: Gateway, bank: Bank, kind: DeclineKind) -> Instrument:
        return self.card(gateway, bank, {"AUTHENTICATION": ASKING_CARD, "LATER": SPENT_CARD}[kind.value])

    def card(self, gateway: Gateway, bank: Bank, number: str, **how: object) -> Instrument:
        page = gateway.open_saving(saving_of(gateway, f"save-{number}"))
        bank.control(f"pay/{page.session_id}", card=number, **how)
        found = gateway.read_saving(page.session_id).instrument
        assert found is not None
        return found

    def test_the_card_is_described(self, gateway: StripeGateway, bank: Bank) -> None:
        kept = self.card(gateway, bank, GOOD_CARD)

        assert (kept.kind, kept.brand, kept.networks, kept.last4, kept.expires) == (
            Method.CARD,
            "visa",
            ("visa",),
            "4242",
            (12, 2034),
        )

    def test_a_co_badged_card_is_shown_by_the_network_that_its_holder_chose(
        self, gateway: StripeGateway, bank: Bank
    ) -> None:
        kept = self.card(gateway, bank, CO_BADGED, network="cartes_bancaires")

        assert (kept.brand, kept.networks) == ("cartes_bancaires", ("cartes_bancaires", "visa"))
        assert gateway.choose_network(kept.object_id, "visa").brand == "visa"
        assert gateway.choose_network(kept.object_id, "visa").brand == "visa"
        with pytest.raises(Refused):
            gateway.choose_network(kept.object_id, "mastercard")

    def account(self, gateway: StripeGateway, bank: Bank, **life: object) -> Debit:
        """A debit of a bank account that Stripe keeps, by its mandate."""
        debit = debit_of(gateway, self.kept(gateway, bank))
        made = bank.control("bank-accounts", customer=debit.person, **life)
        return replace(debit, method=made["id"], mandate=made["mandate"])

    def test_a_refused_debit_is_found_as_refused(self, gateway: StripeGateway, bank: Bank) -> None:
        debit = debit_of(gateway, self.refusing(gateway, bank, DeclineKind.LATER))
        with pytest.raises(Declined):
            gateway.charge(AMOUNT, debit)

        found = gateway.find_charge(
            person=debit.person, reference=debit.reference, since=datetime.now(UTC) - timedelta(minutes=5)
        )

        assert found is not None
        assert found.state == ChargeState.REFUSED
        assert found.declined is not None
        assert found.declined.kind == DeclineKind.LATER

    @pytest.mark.parametrize(
        ("code", "advice", "kind"),
        [
            ("insufficient_funds", "", DeclineKind.LATER),
            ("card_velocity_exceeded", "", DeclineKind.LATER),
            ("processing_error", "", DeclineKind.LATER),
            ("issuer_not_available", "", DeclineKind.LATER),
            ("try_again_later", "", DeclineKind.LATER),
            ("reenter_transaction", "", DeclineKind.LATER),
            ("approve_with_id", "", DeclineKind.LATER),
            ("do_not_honor", "", DeclineKind.LATER),
            ("generic_decline", "do_not_try_again", DeclineKind.NEVER),
            ("expired_card", "", DeclineKind.NEVER),
            ("lost_card", "", DeclineKind.NEVER),
            ("stolen_card", "", DeclineKind.NEVER),
            ("pickup_card", "", DeclineKind.NEVER),
            ("invalid_account", "", DeclineKind.NEVER),
            ("card_not_supported", "", DeclineKind.NEVER),
            ("revocation_of_authorization", "", DeclineKind.NEVER),
            ("stop_payment_order", "", DeclineKind.NEVER),
            ("authentication_required", "", DeclineKind.AUTHENTICATION),
        ],
    )
    def test_each_decline_says_what_may_be_done_next(
        self, gateway: StripeGateway, bank: Bank, code: str, advice: str, kind: DeclineKind
    ) -> None:
        kept = self.kept(gateway, bank)
        bank.control(f"methods/{kept.object_id}/decline", code=code, advice=advice)

        with pytest.raises(Declined) as refusal:
            gateway.charge(AMOUNT, debit_of(gateway, kept))

        assert (refusal.value.code, refusal.value.kind) == (code, kind)

    def test_the_debit_of_an_account_waits_for_its_bank_then_comes(self, gateway: StripeGateway, bank: Bank) -> None:
        made = gateway.charge(AMOUNT, self.account(gateway, bank, days=5))
        assert made.state == ChargeState.PENDING

        bank.advance(5 * 86_400)

        read = gateway.read_charge(made.object_id)
        assert read.receipt is not None
        assert (read.receipt.received, read.receipt.fee) == (AMOUNT, Money(35))

    @pytest.mark.parametrize(
        ("code", "kind", "failure"),
        [
            ("insufficient_funds", DeclineKind.LATER, Failure.FUNDS),
            ("account_closed", DeclineKind.NEVER, Failure.BANK),
            ("debit_not_authorized", DeclineKind.NEVER, Failure.BANK),
        ],
    )
    def test_the_bank_of_an_account_refuses_after_days(
        self, gateway: StripeGateway, bank: Bank, code: str, kind: DeclineKind, failure: Failure
    ) -> None:
        made = gateway.charge(AMOUNT, self.account(gateway, bank, code=code))
        bank.advance(6 * 86_400)

        declined = gateway.read_charge(made.object_id).declined

        assert declined is not None
        assert (declined.code, declined.kind, declined.failure) == (code, kind, failure)

    def test_an_account_is_not_debited_without_its_mandate(self, gateway: StripeGateway, bank: Bank) -> None:
        debit = self.account(gateway, bank)

        with pytest.raises((Refused, Unsure)):
            gateway.charge(AMOUNT, replace(debit, mandate="mandate_of_another"))

        assert self.taken(bank) == 0

    def test_a_brand_that_is_not_taken_is_blocked_by_the_page(self, gateway: StripeGateway, bank: Bank) -> None:
        page = gateway.open_saving(saving_of(gateway))

        assert bank.pay(page.session_id, card=AMEX)["outcome"] == "DECLINED"
        assert gateway.read_saving(page.session_id).state == SavingState.OPEN

    def test_a_brand_that_the_page_let_pass_is_known_as_not_accepted(self, gateway: StripeGateway, bank: Bank) -> None:
        assert not self.card(gateway, bank, AMEX, any_brand=True).is_accepted

    def test_a_saving_page_is_found_by_its_reference(self, gateway: StripeGateway, bank: Bank) -> None:
        order = saving_of(gateway)
        opened = gateway.open_saving(order)
        since = order.expires_at.replace(year=2020)

        found = gateway.find_saving(person=order.person, reference=order.reference, since=since)

        assert found is not None
        assert found.session_id == opened.session_id
        assert gateway.find_saving(person=order.person, reference="other", since=since) is None

    def test_a_card_detached_elsewhere_is_gone(self, gateway: StripeGateway, bank: Bank) -> None:
        page = gateway.open_saving(saving_of(gateway))
        self.consent(bank, page)
        kept = gateway.read_saving(page.session_id).instrument
        assert kept is not None
        bank.control(f"methods/{kept.object_id}/detach")

        assert gateway.read_instrument(kept.object_id) is None
        assert gateway.read_saving(page.session_id).state == SavingState.CLOSED

    def test_what_was_proven_while_saving_is_not_asked_again(self, gateway: StripeGateway, bank: Bank) -> None:
        kept = self.card(gateway, bank, WITHOUT_PROOF_ONCE_SAVED)

        assert gateway.charge(AMOUNT, debit_of(gateway, kept)).receipt is not None

    def test_a_refused_debit_is_named(self, gateway: StripeGateway, bank: Bank) -> None:
        with pytest.raises(Declined) as refusal:
            gateway.charge(AMOUNT, debit_of(gateway, self.card(gateway, bank, SPENT_CARD)))

        assert (refusal.value.code, refusal.value.failure) == ("generic_decline", Failure.BANK)
        assert refusal.value.object_id.startswith("pi_")

    def test_an_amount_that_stripe_does_not_take_is_refused_and_says_nothing_of_the_card(
        self, gateway: StripeGateway, bank: Bank
    ) -> None:
        kept = self.card(gateway, bank, GOOD_CARD)

        with pytest.raises(Refused) as refusal:
            gateway.charge(Money(49), debit_of(gateway, kept))

        assert not isinstance(refusal.value, Declined)

    def test_a_payment_page_offers_the_saved_cards_only_when_it_is_asked_to(
        self, gateway: StripeGateway, bank: Bank
    ) -> None:
        kept = self.card(gateway, bank, GOOD_CARD)
        plain = gateway.open_page(order_of(gateway, "plain"))
        offering = gateway.open_page(replace(order_of(gateway, "offering"), saved=kept.object_id))

        assert bank.control(f"pay/{plain.session_id}", method=kept.object_id)["outcome"] == "DECLINED"
        assert bank.control(f"pay/{offering.session_id}", method=kept.object_id)["outcome"] == "PAID"
        receipt = gateway.read_page(offering.session_id).receipt
        assert receipt is not None
        assert receipt.card_last4 == "4242"


class TestPayPal(MethodsContract):
    """PayPal accounts, through the hardened client."""

    saving = "/v3/vault/setup-tokens"

    @pytest.fixture
    def gateway(self, bank: Bank, settings: Settings) -> Iterator[PayPalGateway]:
        point_at(bank, settings)
        yield paypal_gateway()
        paypal_gateway.cache_clear()

    def consent(self, bank: Bank, page: SavingPage) -> None:
        bank.control(f"paypal/approve-saving/{page.session_id}", payer="PAYERONE")

    def agree(self, bank: Bank, page: Page) -> None:
        bank.control(f"paypal/approve/{page.session_id}")

    def taken(self, bank: Bank) -> int:
        return paypal_totals(bank)["captured_cents"]

    def refusing(self, gateway: Gateway, bank: Bank, kind: DeclineKind) -> Instrument:
        kept = self.kept(gateway, bank)
        funding = {"AUTHENTICATION": "payer_action", "LATER": "declined"}[kind.value]
        bank.control(f"paypal/vault/{kept.object_id}/funding", funding=funding)
        return kept

    def test_the_account_is_masked(self, gateway: PayPalGateway, bank: Bank) -> None:
        kept = self.kept(gateway, bank)

        assert (kept.kind, kept.payer) == (Method.PAYPAL, "c•••@example.fr")
        assert "PAYERONE" not in kept.fingerprint

    def test_agreeing_saves_nothing_until_we_ask(self, gateway: PayPalGateway, bank: Bank) -> None:
        page = gateway.open_saving(saving_of(gateway))
        self.consent(bank, page)

        assert gateway.read_saving(page.session_id).state == SavingState.APPROVED
        assert gateway.close_saving(page.session_id).state == SavingState.CLOSED

    def test_an_answer_lost_after_it_was_saved_is_found_by_reading(self, gateway: PayPalGateway, bank: Bank) -> None:
        page = gateway.open_saving(saving_of(gateway))
        self.consent(bank, page)
        bank.fail("drop", times=2, path="/payment-tokens")
        with pytest.raises(Unsure):
            gateway.finish_saving(page.session_id, key="finish")
        bank.calm()

        assert gateway.finish_saving(page.session_id, key="another").state == SavingState.SAVED

    def test_a_payer_who_takes_it_back_ends_it(self, gateway: PayPalGateway, bank: Bank) -> None:
        kept = self.kept(gateway, bank)
        bank.control(f"paypal/vault/{kept.object_id}/revoke")

        assert gateway.read_instrument(kept.object_id) is None

    @pytest.mark.parametrize("funding", ["pending", "capture_declined"])
    def test_a_capture_that_is_held_back_or_refused_credits_nothing(
        self, gateway: PayPalGateway, bank: Bank, funding: str
    ) -> None:
        kept = self.kept(gateway, bank)
        bank.control(f"paypal/vault/{kept.object_id}/funding", funding=funding)
        debit = debit_of(gateway, kept)

        if funding == "pending":
            assert gateway.charge(AMOUNT, debit).receipt is None
        else:
            with pytest.raises(Declined) as refusal:
                gateway.charge(AMOUNT, debit)
            assert refusal.value.kind == DeclineKind.LATER

    def test_a_second_debit_under_the_same_number_is_never_made(self, gateway: PayPalGateway, bank: Bank) -> None:
        kept = self.kept(gateway, bank)
        gateway.charge(AMOUNT, debit_of(gateway, kept))

        with pytest.raises(Unsure):
            gateway.charge(AMOUNT, debit_of(gateway, kept, attempt=2))
        assert self.taken(bank) == AMOUNT.cents

    def test_an_order_with_a_saved_account_is_paid_at_once(self, gateway: PayPalGateway, bank: Bank) -> None:
        kept = self.kept(gateway, bank)

        page = gateway.open_page(replace(order_of(gateway), saved=kept.object_id))

        assert page.state == PageState.PAID
        assert page.receipt is not None

    def test_a_saved_account_that_refuses_opens_nothing(self, gateway: PayPalGateway, bank: Bank) -> None:
        kept = self.kept(gateway, bank)
        bank.control(f"paypal/vault/{kept.object_id}/funding", funding="declined")

        with pytest.raises(Refused) as refusal:
            gateway.open_page(replace(order_of(gateway), saved=kept.object_id))

        assert refusal.value.failure == Failure.PAYPAL

    def test_it_has_no_network_to_choose(self, gateway: PayPalGateway) -> None:
        with pytest.raises(Refused):
            gateway.choose_network("any", "visa")
