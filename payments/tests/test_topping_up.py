from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from core.money import Money
from ledger import selectors as ledger
from payments import services
from payments.gateways.base import PageState
from payments.models import Payment, PaymentStatus, Purpose
from payments.services import AmountRefused, TooManyTopUps, Wish
from payments.services.topping_up import PAGE_LIFE
from payments.tests.desk import Desk
from payments.tests.test_applying import owe


def paid_at_the_provider(desk: Desk) -> Money:
    return Money(desk.bank.totals()["captured_cents"])


def test_the_page_opens_with_the_amount_asked(desk: Desk) -> None:
    payment = desk.start(4_680)

    assert payment.status == PaymentStatus.OPEN
    assert payment.checkout_url.startswith(desk.bank.url)
    assert (payment.purpose, payment.due_cents) == (Purpose.TOP_UP, 0)


@pytest.mark.parametrize("cents", [499, 500_001, 0, -4_680])
def test_an_amount_outside_the_limits_starts_nothing(desk: Desk, cents: int) -> None:
    with pytest.raises(AmountRefused):
        desk.start(cents)

    assert not Payment.objects.exists()


@pytest.mark.parametrize("cents", [500, 500_000])
def test_the_limits_themselves_are_accepted(desk: Desk, cents: int) -> None:
    assert desk.start(cents).status == PaymentStatus.OPEN


def test_two_tabs_for_the_same_due_share_one_page(desk: Desk) -> None:
    owe(desk, 4_680)
    first, second = desk.start(4_680), desk.start(4_680)

    assert first == second
    assert second.checkout_url == first.checkout_url
    assert first.purpose == Purpose.PAY_DUE


def test_another_amount_for_what_is_due_closes_the_first_page(desk: Desk) -> None:
    owe(desk, 4_680)
    first = desk.start(4_680)
    second = desk.start(6_000)

    first.refresh_from_db()
    assert (first.status, second.status) == (PaymentStatus.ABANDONED, PaymentStatus.OPEN)
    assert desk.bank.pay(first.session_id)["outcome"] == "CLOSED"
    assert desk.bank.pay(second.session_id)["outcome"] == "PAID"


def test_a_tab_that_comes_after_the_payment_learns_that_it_is_done(desk: Desk) -> None:
    owe(desk, 4_680)
    first = desk.pay(desk.start(4_680))

    second = desk.start(4_680)

    assert (second, second.status) == (first, PaymentStatus.SUCCEEDED)
    assert paid_at_the_provider(desk) == Money(4_680) == ledger.get_balance(desk.customer.pk).balance + Money(4_680)


def test_a_tab_with_another_amount_that_comes_after_the_payment_learns_it_too(desk: Desk) -> None:
    owe(desk, 4_680)
    first = desk.pay(desk.start(4_680))

    assert desk.start(9_900) == first
    assert Payment.objects.count() == 1


def test_what_is_with_the_bank_is_not_paid_again(desk: Desk) -> None:
    owe(desk, 4_680)
    first = desk.told(desk.start(4_680), PageState.PENDING)
    desk.silence()

    assert desk.start(4_680) == first


def test_what_is_being_checked_is_not_paid_again(desk: Desk) -> None:
    owe(desk, 4_680)
    first = desk.start(4_680)
    desk.silence()

    second = desk.start(9_900)

    assert (second, second.status) == (first, PaymentStatus.UNKNOWN)
    assert Payment.objects.count() == 1


def test_somebody_who_wants_one_more_gets_one_more(desk: Desk) -> None:
    owe(desk, 4_680)
    first = desk.told(desk.start(4_680), PageState.PENDING)

    second = desk.start(4_680, on_top=True)

    assert second != first
    assert (second.status, second.purpose) == (PaymentStatus.OPEN, Purpose.TOP_UP)


def test_a_deliberate_second_top_up_works(desk: Desk) -> None:
    first, second = desk.start(5_000), desk.start(5_000)
    for payment in (first, second):
        desk.ask(desk.pay(payment))

    assert first != second
    assert ledger.get_balance(desk.customer.pk).balance == Money(10_000)


def test_after_a_refusal_the_same_page_serves_again(desk: Desk) -> None:
    owe(desk, 4_680)
    first = desk.pay(desk.start(4_680), card="4000000000009995")

    second = desk.start(4_680)

    assert second == first
    assert desk.ask(desk.pay(second)).status == PaymentStatus.SUCCEEDED


def test_a_page_about_to_close_is_replaced(desk: Desk) -> None:
    owe(desk, 4_680)
    first = desk.start(4_680)

    later = desk.at + PAGE_LIFE - timedelta(minutes=4)
    second = services.request_top_up(desk.customer, Wish(Money(4_680)), gateway=desk.gateway, at=later)

    assert second != first
    first.refresh_from_db()
    assert first.status == PaymentStatus.ABANDONED


def test_an_intention_whose_process_died_is_taken_up_again(desk: Desk) -> None:
    owe(desk, 4_680)
    intended = desk.intend(4_680)

    assert desk.start(4_680) == intended
    intended.refresh_from_db()
    assert intended.status == PaymentStatus.OPEN


def test_the_database_refuses_two_live_payments_of_what_is_due(desk: Desk) -> None:
    from django.db import IntegrityError, transaction

    owe(desk, 4_680)
    payment = desk.start(4_680)
    payment.pk, payment.session_id = None, ""
    payment.status, payment.public_id = PaymentStatus.CREATED, "00000000-0000-4000-8000-000000000001"

    with (
        pytest.raises(IntegrityError, match=r"(?i)unique"),
        transaction.atomic(),
    ):
        payment.save(force_insert=True)


def test_too_many_card_payments_in_an_hour_have_to_wait(desk: Desk, settings: Settings) -> None:
    settings.TOP_UPS_PER_HOUR = 2
    desk.start(5_000)
    desk.start(6_000)

    with pytest.raises(TooManyTopUps) as pause:
        desk.start(7_000)

    assert pause.value.retry_after == timedelta(hours=1)
    later = desk.at + timedelta(hours=1)
    again = services.request_top_up(desk.customer, Wish(Money(7_000)), gateway=desk.gateway, at=later)
    assert again.amount == Money(7_000)


def test_using_the_open_page_again_is_not_one_more_payment(desk: Desk, settings: Settings) -> None:
    settings.TOP_UPS_PER_HOUR = 1
    owe(desk, 4_680)

    assert desk.start(4_680) == desk.start(4_680) == desk.start(4_680)


def test_customers_do_not_count_for_each_other(desk: Desk, settings: Settings) -> None:
    from tests.support.cast import make_company

    settings.TOP_UPS_PER_HOUR = 1
    desk.start(5_000)
    company = make_company(desk.at)

    other = services.request_top_up(company, Wish(Money(5_000)), gateway=desk.gateway, at=desk.at)

    assert other.status == PaymentStatus.OPEN
