"""What is not attempted although a method is usable: a card past its month, more than Stripe takes from an account."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytest_django.fixtures import Settings

from core.money import Money
from payments import selectors
from payments.models import (
    CollectingRule,
    Debit,
    DebitState,
    EndedWhy,
    Failure,
    Method,
    MethodState,
    Payment,
    PaymentStatus,
    SavedMethod,
)
from payments.tests.debit_desk import DebitDesk, state_of
from payments.tests.drawer import MASTERCARD
from payments.tests.test_account_gateways import TEST_IBANS


def end(card: SavedMethod, debits: DebitDesk, years: int = -1) -> None:
    """Its month is over; with a positive number, its network has renewed it."""
    card.expires_year = debits.today.year + years
    card.save()


def account_at_stripe(debits: DebitDesk) -> SavedMethod:
    accounts = replace(debits.drawer, kind=Method.SEPA)
    begun = accounts.begin()
    accounts.bank.control(f"sign/{begun.session_id}", iban=TEST_IBANS[0], name="Claire Martin")
    return accounts.ask(begun)


def test_a_card_past_its_month_is_not_tried_and_the_next_one_pays_the_same_day(debits: DebitDesk) -> None:
    debit = debits.planned()
    other = debits.save(MASTERCARD)
    end(debit.method, debits)
    debits.day_of(debit)
    debits.collect()
    debits.collect()

    debit.refresh_from_db()
    assert (debit.state, debit.method) == (DebitState.CLOSED, other)
    first, second = Payment.objects.filter(debit=debit).order_by("pk")
    assert (first.status, first.failure, first.intent_id) == (PaymentStatus.REFUSED, Failure.EXPIRED_CARD, "")
    assert (second.status, debits.taken()) == (PaymentStatus.SUCCEEDED, 4_680)
    assert first.used_method is not None
    assert first.used_method.state == MethodState.ACTIVE
    [told] = debits.mails("debit.failed")
    assert told


def test_without_another_method_the_debit_ends_with_its_reason_until_the_card_is_renewed(debits: DebitDesk) -> None:
    debit = debits.planned()
    end(debit.method, debits)
    debits.day_of(debit)
    debits.collect()

    debit.refresh_from_db()
    assert (debit.state, debit.ended_why, debit.failure) == (
        DebitState.FAILED,
        EndedWhy.REFUSED,
        Failure.EXPIRED_CARD,
    )
    assert len(debits.mails("debit.given_up")) == 1
    assert (debits.plan(), debits.taken()) == (0, 0)

    end(debit.method, debits, years=+2)

    assert debits.plan() == 1
    again = Debit.objects.exclude(pk=debit.pk).get()
    debits.day_of(again)
    debits.collect()
    assert (state_of(again), debits.taken()) == (DebitState.CLOSED, 4_680)


def test_a_new_debit_is_announced_from_the_next_method_while_the_default_is_past_its_month(debits: DebitDesk) -> None:
    card, other = debits.save(), debits.save(MASTERCARD)
    end(card, debits)
    debits.owe()
    debits.turn_on()

    assert Debit.objects.get().method == other


@pytest.mark.parametrize("drawer", ["card"], indirect=True)
def test_more_than_stripe_takes_from_an_account_goes_to_the_next_method(debits: DebitDesk, settings: Settings) -> None:
    settings.SEPA_THROUGH = "stripe"
    account = account_at_stripe(debits)
    debits.owe(5_000, in_days=30)
    debits.turn_on()
    debit = Debit.objects.get()
    assert debit.method == account
    card = debits.save()
    settings.STRIPE_SEPA_MOST_CENTS = 4_999
    debits.day_of(debit)
    debits.collect()
    debits.collect()

    debit.refresh_from_db()
    assert (debit.state, debit.method, debits.taken()) == (DebitState.CLOSED, card, 5_000)
    first = Payment.objects.filter(debit=debit).order_by("pk")[0]
    assert (first.method, first.status, first.failure) == (Method.SEPA, PaymentStatus.REFUSED, Failure.LIMIT)


def test_alone_it_stays_due_and_its_customer_and_staff_read_why(debits: DebitDesk, settings: Settings) -> None:
    settings.SEPA_THROUGH = "stripe"
    account = account_at_stripe(debits)
    settings.STRIPE_SEPA_MOST_CENTS = 4_999
    debits.owe(5_000, in_days=30)
    debits.turn_on()
    debit = Debit.objects.get()
    debits.day_of(debit)
    debits.collect()

    debit.refresh_from_db()
    assert (debit.state, debit.failure, debits.taken()) == (DebitState.FAILED, Failure.LIMIT, 0)
    [told] = debits.mails("debit.given_up")
    assert told
    assert selectors.why_unfit(account, Money(4_999), on=debits.today) is None
    assert CollectingRule.objects.get().is_on
