from __future__ import annotations

import pytest

from tests.journeys.visitor import Visitor
from tests.support.stack import Stack

pytestmark = pytest.mark.journey


def test_a_customer_pays_and_reads_that_it_is_credited(claire: Visitor) -> None:
    back = claire.pay(claire.top_up("46,80"))

    assert claire.heading(back) == "46,80 € ajoutés à votre compte"
    claire.ends_with(4_680)


def test_what_is_due_is_paid(claire: Visitor) -> None:
    claire.owes(4_680)
    claire.open(claire.pay(claire.top_up("46,80")))

    claire.ends_with(4_680, owed=4_680)


def test_a_closed_tab_loses_nothing(claire: Visitor) -> None:
    claire.pay(claire.top_up("46,80"))

    claire.ends_with(4_680)


def test_a_closed_tab_and_lost_news_lose_nothing(stack: Stack, claire: Visitor) -> None:
    stack.bank.deliver(lost=-1)
    claire.pay(claire.top_up("46,80"))

    claire.ends_with(4_680)


def test_the_return_page_credits_by_itself(stack: Stack, claire: Visitor) -> None:
    stack.bank.deliver(lost=-1)
    stack.freeze("worker")
    try:
        assert claire.heading(claire.pay(claire.top_up("46,80"))) == "46,80 € ajoutés à votre compte"
    finally:
        stack.thaw("worker")

    claire.ends_with(4_680)
