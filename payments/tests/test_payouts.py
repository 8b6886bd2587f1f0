from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from core.money import Money
from payments import services
from payments.gateways.base import BankPayout
from payments.models import EventState, Payout, PayoutStatus
from payments.payout_transitions import (
    CANCELLED,
    FAILED,
    IN_TRANSIT,
    PAID,
    PENDING,
    TRANSITIONS,
    NotAllowed,
    may_move,
    move,
    payout_states_page,
)
from payments.services.hearing import heard_of
from payments.tests.desk import Desk
from payments.tests.till_desk import STRIPE, Till
from tests.house.source import ROOT

HELD = Money(4_680 - 95)


@pytest.fixture
def till(desk: Desk, settings: Settings) -> Till:
    settings.PROVIDER_FIRST_LOOK_DAYS = 20
    return Till(desk)


def gone(till: Till, *statuses: str) -> Payout:
    """A payout that we saw in each of these statuses."""
    till.earn()
    sent = till.send(statuses[0])
    till.sync()
    for status in statuses[1:]:
        till.become(sent, status)
        till.sync()
    return till.payout()


def called_back_late(till: Till) -> Payout:
    """The provider says of a payout on its way that it was called back, which the sandbox does not."""
    payout = gone(till, "in_transit")
    return services.apply_payout(STRIPE, told(payout, CANCELLED), at=till.now)


def told(payout: Payout, status: PayoutStatus) -> BankPayout:
    return BankPayout(payout.object_id, status, payout.amount_cents, payout.currency, payout.begun_at)


SCENARIOS: dict[tuple[PayoutStatus, PayoutStatus], Callable[[Till], Payout]] = {
    (PENDING, IN_TRANSIT): lambda till: gone(till, "pending", "in_transit"),
    (PENDING, PAID): lambda till: gone(till, "paid"),
    (PENDING, FAILED): lambda till: gone(till, "pending", "failed"),
    (PENDING, CANCELLED): lambda till: gone(till, "pending", "canceled"),
    (IN_TRANSIT, PAID): lambda till: gone(till, "in_transit", "paid"),
    (IN_TRANSIT, FAILED): lambda till: gone(till, "in_transit", "failed"),
    (IN_TRANSIT, CANCELLED): called_back_late,
    (PAID, FAILED): lambda till: gone(till, "paid", "failed"),
}


def test_each_step_of_the_table_has_a_scenario() -> None:
    assert SCENARIOS.keys() == TRANSITIONS.keys()


@pytest.mark.parametrize("edge", SCENARIOS, ids=" → ".join)
def test_the_step_is_taken_told_and_posted(till: Till, edge: tuple[PayoutStatus, PayoutStatus]) -> None:
    payout = SCENARIOS[edge](till)

    steps = list(payout.events.order_by("pk").values_list("from_status", "to_status", "name"))
    assert steps[0] == ("", PENDING, "announced")
    assert (*edge, TRANSITIONS[edge]) in steps
    came_back = payout.status in (FAILED, CANCELLED)
    assert till.books("580000") == (Money(0) if came_back else HELD)
    assert till.books() == (HELD if came_back else Money(0))
    assert (payout.returned_tx_id is not None) == came_back


@pytest.mark.parametrize(
    "edge",
    [(a, b) for a in PayoutStatus for b in PayoutStatus if a != b and (a, b) not in TRANSITIONS],
    ids=" → ".join,
)
def test_no_other_step_is_possible(edge: tuple[PayoutStatus, PayoutStatus]) -> None:
    payout = Payout(object_id="po_1", status=edge[0])

    assert not may_move(payout, edge[1])
    with pytest.raises(NotAllowed):
        move(payout, edge[1], at=None)  # type: ignore[arg-type]


def test_the_page_of_states_shows_the_table() -> None:
    page = (ROOT / "docs/states/payout.md").read_text(encoding="utf-8")

    assert page == payout_states_page(), "run `make docs`"


def test_a_failure_after_it_was_paid_reverses_the_posting_once(till: Till) -> None:
    payout = gone(till, "paid", "failed")

    till.sync()
    services.look_at_payout(STRIPE, payout.object_id, gateway=till.desk.gateway, at=till.now)

    assert (till.books("580000"), till.books()) == (Money(0), HELD)
    assert till.read().agrees


def test_an_older_answer_that_comes_late_changes_nothing(till: Till) -> None:
    payout = gone(till, "paid", "failed")

    late = services.apply_payout(STRIPE, told(payout, PAID), at=till.now)

    assert late.status == FAILED
    assert till.books("580000") == Money(0)


def test_news_of_a_payout_is_enough(till: Till) -> None:
    till.earn()
    till.send()
    news = list(till.desk.gateway.news_since(till.desk.at - timedelta(hours=1), types=heard_of(STRIPE)))
    about = [each for each in news if each.type.startswith("payout.")]

    events = [services.receive(each, at=till.now) for each in about]
    done = [services.apply_event(each.pk, gateway=till.desk.gateway, at=till.now).state for each in events]

    assert [each.type for each in about] == ["payout.created", "payout.paid"]
    assert done == [EventState.PROCESSED, EventState.PROCESSED]
    assert (till.payout().status, till.books("580000")) == (PAID, HELD)


def test_news_of_a_payout_that_nobody_knows_is_an_orphan(till: Till) -> None:
    till.earn()
    till.send()
    news = next(iter(till.desk.gateway.news_since(till.desk.at - timedelta(hours=1), types=["payout.paid"])))
    payload = news.payload | {"data": {"object": news.payload["data"]["object"] | {"id": "po_nobody"}}}
    event = services.receive(till.desk.gateway.recall_news(payload), at=till.now)

    assert services.apply_event(event.pk, gateway=till.desk.gateway, at=till.now).state == EventState.ORPHAN


def test_a_payout_whose_news_and_turn_were_missed_is_found_at_the_next_one(till: Till) -> None:
    till.earn()
    sent = till.send("pending")
    till.sync()
    till.become(sent, "paid")

    till.sync()

    assert till.payout().status == PAID


def test_a_payout_in_another_currency_is_kept_and_not_posted(till: Till) -> None:
    foreign = BankPayout("po_usd", PAID, 5_000, "USD", till.desk.at)

    payout = services.apply_payout(STRIPE, foreign, at=till.now)
    services.apply_payout(STRIPE, BankPayout("po_usd", FAILED, 5_000, "USD", till.desk.at), at=till.now)

    assert payout.left_tx_id is None
    assert till.books("580000") == Money(0)


def test_money_that_the_provider_takes_from_our_bank_goes_the_other_way(till: Till) -> None:
    services.apply_payout(STRIPE, BankPayout("po_minus", PAID, -1_200, "EUR", till.desk.at), at=till.now)

    assert (till.books("580000"), till.books()) == (Money(-1_200), Money(1_200))
