"""What each gateway promises of saved methods, tested against an imitation of its provider."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from core.money import Money
from payments.gateways.base import (
    ChargeState,
    Debit,
    Declined,
    DeclineKind,
    Gateway,
    Instrument,
    Order,
    Page,
    PageState,
    Refused,
    SavingOrder,
    SavingPage,
    SavingState,
    Unsure,
)
from payments.tests.gateway_contract import CLAIRE, order_of
from tests.support.bank import Bank

AMOUNT = Money(4_680)


def saving_of(gateway: Gateway, reference: str = "save-one") -> SavingOrder:
    return SavingOrder(
        reference=reference,
        person=gateway.register(CLAIRE),
        language="fr",
        label="Enregistrement pour le compte C100001-23",
        success_url="http://localhost:8000/moyens-de-paiement/one/",
        cancel_url="http://localhost:8000/moyens-de-paiement/one/?annule=1",
        expires_at=datetime.now(UTC).replace(microsecond=0) + timedelta(hours=2),
        key=f"method-{reference}",
    )


def debit_of(gateway: Gateway, kept: Instrument, *, attempt: int = 1, reference: str = "debit-one") -> Debit:
    return Debit(
        reference=reference,
        person=gateway.register(CLAIRE),
        method=kept.object_id,
        label="Prélèvement du compte C100001-23",
        statement_label="C100001-23",
        key=f"debit-{reference}-{attempt}",
    )


class MethodsContract:
    """Inherit it, with the fixtures `gateway` and `bank`, and say what people do at that provider."""

    saving: str
    """The address of the call that opens a saving page: faults are put there."""

    def consent(self, bank: Bank, page: SavingPage) -> None:
        """The customer agrees that the method is saved. The same customer, with the same method each time."""
        raise NotImplementedError

    def agree(self, bank: Bank, page: Page) -> None:
        """The customer pays on a payment page."""
        raise NotImplementedError

    def taken(self, bank: Bank) -> int:
        """What the provider took, in cents."""
        raise NotImplementedError

    def refusing(self, gateway: Gateway, bank: Bank, kind: DeclineKind) -> Instrument:
        """A saved method that refuses debits in that way."""
        raise NotImplementedError

    def kept(self, gateway: Gateway, bank: Bank, reference: str = "save-one") -> Instrument:
        """A method that was saved."""
        page = gateway.open_saving(saving_of(gateway, reference))
        self.consent(bank, page)
        found = gateway.finish_saving(page.session_id, key=f"method-{reference}-finish").instrument
        assert found is not None
        return found

    def test_an_opened_saving_page_waits_for_the_customer(self, gateway: Gateway) -> None:
        order = saving_of(gateway)

        page = gateway.open_saving(order)

        assert (page.state, page.instrument) == (SavingState.OPEN, None)
        assert page.person in (order.person, "")
        assert page.url.startswith("http")
        assert gateway.open_saving(order).session_id == page.session_id
        assert gateway.finish_saving(page.session_id, key="early").state == SavingState.OPEN

    def test_a_saved_method_can_be_named_and_found_again(self, gateway: Gateway, bank: Bank) -> None:
        page = gateway.open_saving(saving_of(gateway))
        self.consent(bank, page)

        saved = gateway.finish_saving(page.session_id, key="finish")

        assert saved.state == SavingState.SAVED
        assert saved.instrument is not None
        assert saved.instrument.is_accepted
        assert saved.instrument.fingerprint
        assert saved.instrument.last4 or saved.instrument.payer
        assert gateway.read_saving(page.session_id).instrument == saved.instrument
        assert gateway.read_instrument(saved.instrument.object_id) == saved.instrument

    def test_it_is_saved_once_however_often_it_is_asked(self, gateway: Gateway, bank: Bank) -> None:
        page = gateway.open_saving(saving_of(gateway))
        self.consent(bank, page)

        def finish(_: int) -> str:
            try:
                found = gateway.finish_saving(page.session_id, key="finish").instrument
            except Unsure:  # another one is doing it at this moment
                return ""
            return found.object_id if found else ""

        with ThreadPoolExecutor(4) as pool:
            kept = set(pool.map(finish, range(4))) - {""}

        last = gateway.finish_saving(page.session_id, key="finish").instrument
        assert last is not None
        assert kept <= {last.object_id}

    def test_the_same_method_saved_twice_has_the_same_fingerprint(self, gateway: Gateway, bank: Bank) -> None:
        first, second = self.kept(gateway, bank, "one"), self.kept(gateway, bank, "two")

        assert first.fingerprint == second.fingerprint

    def test_a_closed_saving_page_saves_nothing(self, gateway: Gateway) -> None:
        page = gateway.open_saving(saving_of(gateway))

        assert gateway.close_saving(page.session_id).state == SavingState.CLOSED

    def test_closing_finds_what_was_saved_before(self, gateway: Gateway, bank: Bank) -> None:
        page = gateway.open_saving(saving_of(gateway))
        self.consent(bank, page)
        gateway.finish_saving(page.session_id, key="finish")

        assert gateway.close_saving(page.session_id).state == SavingState.SAVED

    def test_an_unknown_saving_page_is_refused(self, gateway: Gateway) -> None:
        with pytest.raises(Refused):
            gateway.read_saving("nobody")

    @pytest.mark.parametrize(("fault", "times"), [("refuse", 2), ("drop", 2), ("garbage", 1)])
    def test_no_readable_answer_is_unsure_and_repeating_finds_the_saving_page(
        self, gateway: Gateway, bank: Bank, fault: str, times: int
    ) -> None:
        order = saving_of(gateway)
        bank.fail(fault, times=times, path=self.saving, method="POST")

        with pytest.raises(Unsure):
            gateway.open_saving(order)

        bank.calm()
        opened = gateway.open_saving(order)
        assert gateway.read_saving(opened.session_id).session_id == opened.session_id

    def test_a_payment_that_saves_leaves_a_method(self, gateway: Gateway, bank: Bank) -> None:
        opened = gateway.open_page(_saving_on_the_way(gateway))
        assert gateway.saved_by(opened.session_id) is None
        self.agree(bank, opened)
        assert gateway.take_page(opened.session_id).state == PageState.PAID

        kept = gateway.saved_by(opened.session_id)

        assert kept is not None
        assert gateway.read_instrument(kept.object_id) == kept

    def test_a_payment_that_saves_nothing_leaves_nothing(self, gateway: Gateway, bank: Bank) -> None:
        opened = gateway.open_page(order_of(gateway))
        self.agree(bank, opened)
        gateway.take_page(opened.session_id)

        assert gateway.saved_by(opened.session_id) is None

    def test_a_forgotten_method_is_gone_and_never_charged(self, gateway: Gateway, bank: Bank) -> None:
        kept = self.kept(gateway, bank)

        for _ in range(2):
            gateway.forget(kept.object_id)

        assert gateway.read_instrument(kept.object_id) is None
        with pytest.raises(Declined) as refusal:
            gateway.charge(AMOUNT, debit_of(gateway, kept))
        assert refusal.value.kind == DeclineKind.GONE
        assert self.taken(bank) == 0

    def test_an_answer_lost_while_forgetting_is_unsure_and_then_gone(self, gateway: Gateway, bank: Bank) -> None:
        kept = self.kept(gateway, bank)
        bank.fail("drop", times=8)

        with pytest.raises(Unsure):
            gateway.forget(kept.object_id)

        bank.calm()
        gateway.forget(kept.object_id)
        assert gateway.read_instrument(kept.object_id) is None

    def test_a_debit_gives_a_receipt(self, gateway: Gateway, bank: Bank) -> None:
        charge = gateway.charge(AMOUNT, debit_of(gateway, self.kept(gateway, bank)))

        assert charge.object_id
        assert charge.receipt is not None
        assert (charge.receipt.received, charge.receipt.currency) == (AMOUNT, "EUR")
        assert charge.receipt.fee is not None
        assert self.taken(bank) == AMOUNT.cents

    def test_the_same_key_is_the_same_debit(self, gateway: Gateway, bank: Bank) -> None:
        debit = debit_of(gateway, self.kept(gateway, bank))

        assert gateway.charge(AMOUNT, debit).object_id == gateway.charge(AMOUNT, debit).object_id
        assert self.taken(bank) == AMOUNT.cents

    @pytest.mark.parametrize("fault", ["drop", "garbage", "truncate"])
    def test_silence_is_unsure_and_the_same_key_finds_the_debit(self, gateway: Gateway, bank: Bank, fault: str) -> None:
        debit = debit_of(gateway, self.kept(gateway, bank))
        bank.fail(fault, times=2, method="POST")

        with pytest.raises(Unsure):
            gateway.charge(AMOUNT, debit)

        bank.calm()
        assert gateway.charge(AMOUNT, debit).receipt is not None
        assert self.taken(bank) == AMOUNT.cents

    def test_a_debit_can_be_read_again_and_says_whose_it_is(self, gateway: Gateway, bank: Bank) -> None:
        debit = debit_of(gateway, self.kept(gateway, bank))
        made = gateway.charge(AMOUNT, debit)

        read = gateway.read_charge(made.object_id)

        assert (read, read.state) == (made, ChargeState.TAKEN)
        assert (read.reference, read.person) == (debit.reference, debit.person)

    def test_an_unknown_debit_is_refused(self, gateway: Gateway) -> None:
        with pytest.raises(Refused):
            gateway.read_charge("nobody")

    def test_silence_about_a_debit_is_unsure(self, gateway: Gateway, bank: Bank) -> None:
        made = gateway.charge(AMOUNT, debit_of(gateway, self.kept(gateway, bank)))
        bank.fail("refuse", times=20)

        with pytest.raises(Unsure):
            gateway.read_charge(made.object_id)

    def test_a_debit_is_found_by_its_reference_where_that_is_possible(self, gateway: Gateway, bank: Bank) -> None:
        debit = debit_of(gateway, self.kept(gateway, bank))
        since = datetime.now(UTC) - timedelta(minutes=5)
        made = gateway.charge(AMOUNT, debit)

        found = gateway.find_charge(person=debit.person, reference=debit.reference, since=since)

        assert found == (made if gateway.finds_charges else None)
        assert gateway.find_charge(person=debit.person, reference="other", since=since) is None

    @pytest.mark.parametrize("kind", [DeclineKind.AUTHENTICATION, DeclineKind.LATER])
    def test_a_refused_debit_says_what_may_be_done_next(self, gateway: Gateway, bank: Bank, kind: DeclineKind) -> None:
        kept = self.refusing(gateway, bank, kind)

        for _ in range(2):  # the same key gives the same refusal
            with pytest.raises(Declined) as refusal:
                gateway.charge(AMOUNT, debit_of(gateway, kept))

        assert refusal.value.kind == kind
        assert self.taken(bank) == 0


def _saving_on_the_way(gateway: Gateway) -> Order:
    from dataclasses import replace

    return replace(order_of(gateway), saves=True)
