"""What is due is debited by beat and worker, real processes that die at each place: taken once, credited once."""

from __future__ import annotations

import pytest
from django.test import override_settings

from core import clock
from core.money import Money
from outbox.models import Message
from payments.models import Debit, DebitState, SavedMethod
from payments.services import collecting
from payments.services.methods import Agreement
from tests.journeys.visitor import Visitor, every_check_holds
from tests.support.stack import Stack

pytestmark = pytest.mark.journey
WHILE_COLLECTING = ["collect.claimed", "collect.answered", "collect.before_commit", "collect.recorded"]


def keeps_a_card(claire: Visitor) -> None:
    """She pays once with the box ticked; the worker keeps the card."""
    claire.pay(claire.top_up("10,00", save="on"))
    claire.wait_for_credit()
    claire.stack.wait(lambda: SavedMethod.objects.filter(customer=claire.customer, is_default=True).exists(), "kept")


def agrees(claire: Visitor) -> None:
    """No notice in rehearsals: what is due today is debited today."""
    with override_settings(CARD_NOTICE_DAYS=0):
        collecting.turn_on(claire.customer, Agreement("fr"), at=clock.now())


def ends_collected(claire: Visitor, cents: int) -> None:
    def over() -> bool:
        return Debit.objects.filter(customer=claire.customer, state=DebitState.CLOSED).exists()

    claire.stack.wait(over, f"collected: {list(Debit.objects.values_list('state', flat=True))}")
    claire.wait_for_credit(2)
    assert (claire.charged, claire.balance) == (Money(1_000 + cents), Money(0))
    told = Message.objects.filter(owner=f"customer:{claire.customer.pk}", kind="debit.collected")
    assert told.count() == 1
    every_check_holds()


@pytest.mark.parametrize("place", WHILE_COLLECTING)
def test_the_worker_dies_while_it_collects(stack: Stack, claire: Visitor, place: str) -> None:
    keeps_a_card(claire)
    claire.owes(4_680 + 1_000)  # the top-up pays a part of it at once
    stack.arm(place)

    agrees(claire)
    stack.wait(lambda: stack.was_hit(place), "the worker comes by")

    ends_collected(claire, 4_680)


def test_the_beat_plans_announces_and_collects_while_answers_are_lost(stack: Stack, claire: Visitor) -> None:
    keeps_a_card(claire)
    agrees(claire)
    stack.bank.fail("timeout", seconds=1.3, times=2, path="/v1/payment_intents", method="POST")

    claire.owes(4_680 + 1_000)

    ends_collected(claire, 4_680)
    assert Message.objects.filter(owner=f"customer:{claire.customer.pk}", kind="debit.upcoming").count() == 1
