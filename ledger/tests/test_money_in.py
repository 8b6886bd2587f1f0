"""Money arrives, documents are booked, and what is available pays what is due."""

from __future__ import annotations

from datetime import date

import pytest

from core.money import Money
from ledger import selectors, services
from tests.support.cast import NOON

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 30)


def pay(customer, cents, key="pay-1", **more):
    return services.receive_money(
        customer.pk,
        Money(cents),
        source=services.Source(services.Origin.CARD, "pi_1", "stripe:pi_1"),
        clearing_account="517100",
        journal=services.Journal.CARD,
        label="Paiement par carte",
        piece_ref="pi_1",
        piece_date=DAY,
        key=key,
        at=NOON,
        **more,
    )


def invoice(customer, cents, ref="FA1", **more):
    vat = cents // 6
    [booked] = services.book_documents(
        [
            services.NewDocument(
                customer.pk,
                ref,
                Money(cents),
                DAY,
                (services.CreditLeg("706100", Money(cents - vat)), services.CreditLeg("445711", Money(vat))),
                f"Facture {ref}",
                DAY,
                f"invoice:{ref}",
                **more,
            )
        ],
        at=NOON,
    )
    return booked


def test_a_top_up_is_available_at_once(customer):
    received = pay(customer, 10_000)

    assert received.balance == Money(10_000)
    assert selectors.get_balance(customer.pk).available == Money(10_000)
    assert selectors.account_balance("517100") == Money(10_000)


def test_an_invoice_is_paid_at_issue_with_what_is_available(customer):
    pay(customer, 5_000)

    booked = invoice(customer, 12_000)

    assert booked.paid == Money(5_000)
    assert booked.balance == Money(-7_000)
    assert selectors.open_amounts(["FA1"]) == {"FA1": Money(7_000)}


def test_money_pays_the_open_invoice_and_the_rest_stays(customer):
    invoice(customer, 12_000)

    received = pay(customer, 15_000)

    assert received.settled == (services.Settled("FA1", Money(12_000)),)
    assert received.balance == Money(3_000)
    assert [row.balance_after for row in selectors.statement_page(customer.pk).rows] == [Money(3_000), Money(-12_000)]


def test_a_repeated_receipt_of_money_answers_as_the_first_time(customer):
    invoice(customer, 12_000)
    first = pay(customer, 15_000)

    again = pay(customer, 15_000)

    assert again.replayed
    assert (again.tx_id, again.lot_id, again.settled, again.balance) == (
        first.tx_id,
        first.lot_id,
        first.settled,
        first.balance,
    )
    assert selectors.get_balance(customer.pk).balance == Money(3_000)


def test_the_same_key_for_another_amount_is_refused(customer):
    pay(customer, 15_000)

    with pytest.raises(services.KeyReused):
        pay(customer, 15_001)
