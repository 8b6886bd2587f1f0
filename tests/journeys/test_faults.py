"""The provider fails, the broker forgets, processes die: each time the same ending."""

from __future__ import annotations

import pytest

from payments.models import PaymentStatus
from tests.journeys.visitor import Visitor
from tests.support.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.production]
CREDITED = "46,80 € ajoutés à votre compte"
CHECKING = "Vérification en cours. Ne payez pas une seconde fois."
OPENING = "/v1/checkout/sessions"
WHILE_OPENING = [
    *("top_up.intended", "top_up.claimed", "provider.answered"),
    *("answer.before_commit", "answer.applied", "top_up.answering"),
]
WHILE_CREDITING = ["provider.answered", "credit.booked", "answer.before_commit", "answer.applied"]


# --- The provider -----------------------------------------------------------------------------------------------------
def test_an_answer_lost_after_accepting_opens_one_page(stack: Stack, claire: Visitor) -> None:
    stack.bank.fail("timeout", seconds=1.3, times=2, path=OPENING, method="POST")

    with stack.frozen("worker"):  # else a sweep may find the page while the customer still waits for it
        where = claire.top_up("46,80")

    assert where.startswith("/paiements/")
    assert claire.heading(where) in (CHECKING, "Vous n’avez pas été débité. Le paiement n’est pas terminé")
    stack.wait(lambda: claire.payment.status == PaymentStatus.OPEN, "the page is found")
    claire.pay(claire.payment.checkout_url)
    claire.ends_with(4_680)


def test_a_provider_in_trouble_charges_nobody(stack: Stack, claire: Visitor) -> None:
    stack.bank.fail("status", status=500, times=2, path=OPENING, method="POST")

    assert claire.heading(claire.top_up("46,80")) == CHECKING
    claire.ends_uncharged()


def test_a_garbled_answer_opens_one_page(stack: Stack, claire: Visitor) -> None:
    stack.bank.fail("garbage", path=OPENING, method="POST")

    claire.top_up("46,80")
    stack.wait(lambda: claire.payment.status == PaymentStatus.OPEN, "the page is found")
    claire.pay(claire.payment.checkout_url)
    claire.ends_with(4_680)


def test_a_provider_silent_when_the_customer_comes_back_is_told_as_being_checked(stack: Stack, claire: Visitor) -> None:
    stack.bank.deliver(lost=-1)
    back = claire.pay(claire.top_up("46,80"))
    stack.bank.fail("refuse", times=6)

    assert claire.heading(back) == CHECKING
    claire.ends_with(4_680)


# --- The broker -------------------------------------------------------------------------------------------------------
def test_an_emptied_broker_loses_no_work(stack: Stack, claire: Visitor) -> None:
    with stack.frozen("worker"):
        claire.pay(claire.top_up("46,80"))
        stack.wait(claire.was_told_of, "the news is kept")
        stack.wipe_broker()

    claire.ends_with(4_680)


def test_a_worker_that_dies_with_its_work_loses_nothing(stack: Stack, claire: Visitor) -> None:
    stack.kill("worker")
    claire.pay(claire.top_up("46,80"))
    stack.wait(claire.was_told_of, "the news is kept")
    stack.wipe_broker()
    stack.revive("worker")

    claire.ends_with(4_680)


# --- kill -9 ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("place", WHILE_OPENING)
def test_the_web_dies_while_it_opens_the_page(stack: Stack, claire: Visitor, place: str) -> None:
    claire.owes(4_680)
    stack.arm(place)
    claire.top_up_and_see_it_break("46,80")
    assert stack.was_hit(place)

    page = claire.top_up("46,80")  # the customer tries again
    claire.pay(page)

    claire.ends_with(4_680, owed=4_680)


@pytest.mark.parametrize("place", WHILE_CREDITING)
def test_the_web_dies_while_the_customer_comes_back(stack: Stack, claire: Visitor, place: str) -> None:
    stack.bank.deliver(held=True)
    with stack.frozen("worker"):
        back = claire.pay(claire.top_up("46,80"))
        stack.arm(place)
        claire.see_it_break(back)
        assert stack.was_hit(place)
        assert claire.heading(back) == CREDITED
    stack.bank.release()

    claire.ends_with(4_680)


@pytest.mark.parametrize("place", WHILE_CREDITING)
def test_the_worker_dies_while_it_applies_the_news(stack: Stack, claire: Visitor, place: str) -> None:
    page = claire.top_up("46,80")
    stack.arm(place)
    claire.pay(page)
    stack.wait(lambda: stack.was_hit(place), "the worker comes by")

    claire.ends_with(4_680)


def test_the_web_dies_after_keeping_the_news(stack: Stack, claire: Visitor) -> None:
    page = claire.top_up("46,80")
    stack.arm("webhook.stored")
    claire.pay(page)
    stack.wait(lambda: stack.was_hit("webhook.stored"), "the news comes")

    claire.ends_with(4_680)


def test_everything_dies_at_once(stack: Stack, claire: Visitor) -> None:
    claire.pay(claire.top_up("46,80"))
    for name in ("web", "worker", "beat"):
        stack.kill(name)
    stack.wipe_broker()
    for name in ("web", "worker", "beat"):
        stack.revive(name)

    claire.ends_with(4_680)
