"""One debt, two browsers: a card page here, PayPal there, a saved method in a third tab. What is due is paid once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import User
from core.money import Money
from ledger import selectors as ledger
from payments import services
from payments.models import Method, Payment, PaymentStatus, Purpose
from payments.services import DebtChanged
from payments.tests.desk import Desk
from payments.tests.drawer import Drawer
from payments.tests.test_applying import owe
from payments.tests.test_pages import FORM, words
from payments.tests.test_paypal_gateway import paypal_totals
from payments.wiring import gateway_for
from tests.support.cast import make_company

pytestmark = pytest.mark.once

DUE = 4_680


@pytest.fixture
def card(drawer: Drawer, desk: Desk) -> Drawer:
    """The browser with the card; the customer owes 46.80."""
    owe(desk, DUE)
    return drawer


@pytest.fixture
def paypal(card: Drawer) -> Drawer:
    """The browser with PayPal."""
    return replace(card, kind=Method.PAYPAL)


def approve(drawer: Drawer, payment: Payment, funding: str = "accepted") -> None:
    drawer.bank.control(f"paypal/approve/{payment.session_id}", funding=funding)


def taken(drawer: Drawer) -> int:
    """What both providers took together, in cents."""
    return drawer.bank.totals()["captured_cents"] + paypal_totals(drawer.bank)["captured_cents"]


def asked(drawer: Drawer, payment: Payment) -> Payment:
    return services.ask(payment.pk, gateway=drawer.gateway, at=drawer.at)


def test_a_card_tab_closes_paypals_open_order_for_good(card: Drawer, paypal: Drawer) -> None:
    order = paypal.pay()
    page = card.pay()
    approve(paypal, order)  # the other browser agrees too late

    assert asked(paypal, order).status == PaymentStatus.ABANDONED
    assert card.paid(page).status == PaymentStatus.SUCCEEDED
    assert taken(card) == DUE


def test_a_paypal_tab_closes_the_open_card_page_for_good(card: Drawer, paypal: Drawer) -> None:
    page = card.pay()
    order = paypal.pay()

    assert card.bank.pay(page.session_id)["outcome"] == "CLOSED"
    approve(paypal, order)
    assert asked(paypal, order).status == PaymentStatus.SUCCEEDED
    assert taken(card) == DUE


def test_what_paypal_was_told_to_pay_is_found_before_a_card_page_opens(card: Drawer, paypal: Drawer) -> None:
    order = paypal.pay()
    approve(paypal, order)  # and the browser never came back

    shown = card.pay()

    assert (shown, shown.status) == (order, PaymentStatus.SUCCEEDED)
    assert taken(card) == DUE


def test_what_a_card_paid_is_found_before_an_order_opens(card: Drawer, paypal: Drawer) -> None:
    page = card.pay()
    card.bank.pay(page.session_id)

    shown = paypal.pay()

    assert (shown, shown.status) == (page, PaymentStatus.SUCCEEDED)
    assert taken(card) == DUE


def test_what_paypal_still_reviews_is_not_paid_by_card(card: Drawer, paypal: Drawer) -> None:
    order = paypal.pay()
    approve(paypal, order, "pending")

    shown = card.pay()

    assert (shown, shown.status) == (order, PaymentStatus.PENDING)
    assert Payment.objects.count() == 1


def test_a_silent_provider_keeps_the_other_method_out(card: Drawer, paypal: Drawer) -> None:
    order = paypal.pay()
    approve(paypal, order)
    card.bank.fail("refuse", times=1000, path="/paypal")

    shown = card.pay()

    assert (shown, shown.status) == (order, PaymentStatus.UNKNOWN)
    assert taken(card) == 0


def test_paying_twice_on_purpose_is_possible_across_methods(card: Drawer, paypal: Drawer) -> None:
    order = paypal.pay()
    approve(paypal, order, "pending")
    asked(paypal, order)

    wish = services.Wish(Money(DUE), on_top=True)
    meant = services.request_top_up(card.customer, wish, gateway=card.gateway, at=card.at)

    assert (meant.status, meant.purpose) == (PaymentStatus.OPEN, Purpose.TOP_UP)


def test_saving_or_not_is_another_page(card: Drawer) -> None:
    plain = card.pay()
    saving = card.pay(saves=True)

    plain.refresh_from_db()
    assert (plain.status, saving.status) == (PaymentStatus.ABANDONED, PaymentStatus.OPEN)
    assert card.pay(saves=True) == saving


def test_a_saved_paypal_in_a_second_tab_closes_the_card_page_and_pays_once(card: Drawer, paypal: Drawer) -> None:
    saved = paypal.save()
    page = card.pay()

    paid = paypal.pay(saved=saved)

    assert paid.status == PaymentStatus.SUCCEEDED
    assert card.bank.pay(page.session_id)["outcome"] == "CLOSED"
    assert taken(card) == DUE
    assert ledger.get_balance(card.customer.pk).balance == Money(0)


def test_a_saved_paypal_whose_answer_was_lost_keeps_the_card_out(card: Drawer, paypal: Drawer) -> None:
    saved = paypal.save()
    card.bank.fail("drop", times=2, path="/v2/checkout/orders", method="POST")
    lost = paypal.pay(saved=saved)
    assert lost.status == PaymentStatus.UNKNOWN
    card.bank.calm()

    shown = card.pay()

    assert (shown, shown.status) == (lost, PaymentStatus.SUCCEEDED)
    assert taken(card) == DUE


def test_an_old_tab_that_pays_a_closed_page_changes_nothing(card: Drawer, paypal: Drawer) -> None:
    page = card.pay()
    order = paypal.pay()
    card.bank.advance(60)
    card.bank.pay(page.session_id)

    late = services.ask(page.pk, gateway=card.gateway, at=card.at + timedelta(minutes=1))

    assert late.status == PaymentStatus.ABANDONED
    assert asked(paypal, order).status == PaymentStatus.OPEN
    assert taken(card) == 0


def test_a_form_that_is_sent_twice_is_one_payment(card: Drawer, paypal: Drawer) -> None:
    """A double click, with a saved PayPal account that pays at once."""
    saved = paypal.save()
    wish = services.Wish(Money(DUE), method=Method.PAYPAL, saved=saved, once="form-1", due_seen=Money(DUE))

    paid = [
        services.request_top_up(card.customer, wish, gateway=paypal.gateway, others=gateway_for, at=card.at)
        for _ in range(3)
    ]

    assert {(each.pk, each.status) for each in paid} == {(paid[0].pk, PaymentStatus.SUCCEEDED)}
    assert taken(card) == DUE


def test_the_same_form_serves_again_after_a_refusal_and_for_another_amount(card: Drawer) -> None:
    def start(cents: int) -> Payment:
        wish = services.Wish(Money(cents), once="form-1")
        return services.request_top_up(card.customer, wish, gateway=card.gateway, at=card.at)

    first = start(DUE)
    services.close(first.pk, gateway=card.gateway, at=card.at)
    second, third = start(DUE), start(6_000)

    assert len({first.pk, second.pk, third.pk}) == 3
    assert third.status == PaymentStatus.OPEN


def test_one_form_of_two_customers_is_two_payments(card: Drawer) -> None:
    wish = services.Wish(Money(DUE), once="form-1")
    mine = services.request_top_up(card.customer, wish, gateway=card.gateway, at=card.at)
    theirs = services.request_top_up(make_company(card.at), wish, gateway=card.gateway, at=card.at)

    assert mine.public_id != theirs.public_id


def test_a_tab_that_still_shows_a_debt_paid_elsewhere_is_asked_to_look_again(card: Drawer, paypal: Drawer) -> None:
    saved = paypal.save()
    card.paid(card.pay())
    wish = services.Wish(Money(DUE), method=Method.PAYPAL, saved=saved, once="old tab", due_seen=Money(DUE))

    with pytest.raises(DebtChanged) as changed:
        services.request_top_up(card.customer, wish, gateway=paypal.gateway, at=card.at)

    assert changed.value.due == Money(0)
    assert taken(card) == DUE


def test_the_page_says_that_the_debt_was_paid_meanwhile(card: Drawer, client: Client) -> None:
    client.force_login(User.objects.get(email="claire@example.org"))
    shown = client.get(FORM).content.decode()
    assert 'name="due" value="46,80"' in shown
    card.paid(card.pay())

    page = client.post(FORM, {"amount": "46,80", "method": "CARD", "due": "46,80"})

    assert "Ce que vous deviez a été payé entre-temps. Rien n’a été débité cette fois" in words(page.content)
    assert 'name="due" value=""' in page.content.decode()  # sent again, it is meant
    assert Payment.objects.count() == 1
