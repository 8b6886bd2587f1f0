"""Bank accounts at Stripe: the page that saves one, its mandate, its end; against the sandbox, through the real SDK."""

from __future__ import annotations

from dataclasses import replace

import pytest

from payments.gateways.base import Gateway, Refused, SavingOrder, SavingPage, SavingState, Unsure
from payments.models import Method
from payments.tests.methods_contract import saving_of
from tests.support.bank import GOOD_CARD, Bank

TEST_IBANS = (
    "FR1420041010050500013M02606",
    "FR3020041010050500013M02609",
    "FR8420041010050500013M02607",
    "FR7920041010050500013M02600",
    "FR5720041010050500013M02608",
)


def account_order(gateway: Gateway, reference: str = "account-one") -> SavingOrder:
    return replace(saving_of(gateway, reference), kind=Method.SEPA, mandate_prefix="C100001-")


def signed(gateway: Gateway, bank: Bank, reference: str = "account-one", iban: str = TEST_IBANS[0]) -> SavingPage:
    page = gateway.open_saving(account_order(gateway, reference))
    bank.control(f"sign/{page.session_id}", iban=iban, name="Claire Martin")
    return gateway.read_saving(page.session_id)


def test_the_page_waits_and_the_same_key_is_the_same_page(gateway: Gateway) -> None:
    order = account_order(gateway)

    page = gateway.open_saving(order)

    assert (page.state, page.instrument, page.mandate) == (SavingState.OPEN, None, None)
    assert gateway.open_saving(order).session_id == page.session_id


@pytest.mark.parametrize("iban", TEST_IBANS)
def test_a_signed_account_comes_with_its_mandate(gateway: Gateway, bank: Bank, iban: str) -> None:
    page = signed(gateway, bank, iban=iban)

    assert page.state == SavingState.SAVED
    assert page.instrument is not None
    assert page.mandate is not None
    assert (page.instrument.kind, page.instrument.last4, page.instrument.brand) == (
        Method.SEPA,
        iban[-4:],
        "LA BANQUE POSTALE",
    )
    assert (page.mandate.holder, page.mandate.country, page.mandate.is_active) == ("Claire Martin", "FR", True)
    assert page.mandate.reference.startswith("C100001-")
    assert page.mandate.url.startswith("http")
    assert gateway.read_instrument(page.instrument.object_id) == page.instrument
    found = gateway.read_mandate(page.mandate.object_id)
    assert found is not None
    assert (found.reference, found.url, found.is_active) == (page.mandate.reference, page.mandate.url, True)


def test_it_is_found_by_its_reference(gateway: Gateway, bank: Bank) -> None:
    order = account_order(gateway)
    page = signed(gateway, bank)

    found = gateway.find_saving(
        person=order.person, reference=order.reference, since=order.expires_at.replace(year=2020)
    )

    assert found is not None
    assert (found.session_id, found.mandate) == (page.session_id, page.mandate)


def test_the_same_account_has_the_same_fingerprint(gateway: Gateway, bank: Bank) -> None:
    first, second = signed(gateway, bank, "one"), signed(gateway, bank, "two")
    other = signed(gateway, bank, "three", TEST_IBANS[1])

    assert first.instrument is not None
    assert second.instrument is not None
    assert other.instrument is not None
    assert first.instrument.fingerprint == second.instrument.fingerprint != other.instrument.fingerprint
    assert first.mandate != second.mandate


def test_a_number_that_is_none_leaves_the_page_open(gateway: Gateway, bank: Bank) -> None:
    page = gateway.open_saving(account_order(gateway))

    refused = bank.control(f"sign/{page.session_id}", iban="FR7630004000031234567890143")

    assert refused["outcome"] == "DECLINED"
    assert gateway.read_saving(page.session_id).state == SavingState.OPEN
    assert bank.control(f"pay/{page.session_id}", card=GOOD_CARD)["outcome"] == "CLOSED"


def test_a_mandate_that_the_bank_ended_is_told(gateway: Gateway, bank: Bank) -> None:
    mandate = signed(gateway, bank).mandate
    assert mandate is not None
    bank.control(f"mandates/{mandate.object_id}/inactivate")

    found = gateway.read_mandate(mandate.object_id)

    assert found is not None
    assert not found.is_active
    assert gateway.read_mandate("mandate_nobody") is None


def test_silence_is_unsure(gateway: Gateway, bank: Bank) -> None:
    mandate = signed(gateway, bank).mandate
    assert mandate is not None
    bank.fail("refuse", times=8)

    with pytest.raises(Unsure):
        gateway.read_mandate(mandate.object_id)


def test_a_forgotten_account_is_gone(gateway: Gateway, bank: Bank) -> None:
    page = signed(gateway, bank)
    assert page.instrument is not None

    for _ in range(2):
        gateway.forget(page.instrument.object_id)

    assert gateway.read_instrument(page.instrument.object_id) is None
    assert gateway.read_saving(page.session_id).state == SavingState.CLOSED


def test_a_prefix_that_stripe_does_not_take_is_refused(gateway: Gateway) -> None:
    with pytest.raises(Refused):
        gateway.open_saving(replace(account_order(gateway), mandate_prefix="stripe-lower"))
