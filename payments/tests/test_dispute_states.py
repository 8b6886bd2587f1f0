"""One scenario for each step of a dispute; every other step is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from accounts.models import Customer
from payments.dispute_transitions import (
    ACCEPTED,
    ANSWERED,
    CLOSED,
    LOST,
    OPENED,
    TABLE,
    WARNING,
    WON,
    NotAllowed,
    may_move,
    move,
    states_page,
)
from payments.gateways.base import DisputeState
from payments.gateways.stripe import StripeGateway
from payments.models import OPEN_DISPUTES, Dispute, DisputeStatus, Method
from payments.selectors import history_of_dispute
from payments.tests.dispute_desk import DisputeDesk, told_of
from tests.house.source import ROOT
from tests.support.bank import Bank

Path = Sequence[DisputeStatus]


@pytest.fixture
def desk(customer: Customer, gateway: StripeGateway, bank: Bank, at: datetime) -> DisputeDesk:
    return DisputeDesk(customer, gateway, bank, at, Method.CARD)


def lead(desk: DisputeDesk, path: Path) -> Dispute:
    """The provider says one state after the other; before it says that we gave in, we did."""
    payment = desk.credited(100)
    for status in path:
        if status == ACCEPTED:
            Dispute.objects.update(accept_asked_at=desk.at)
        state = DisputeState.LOST if status == ACCEPTED else DisputeState(status)
        dispute = desk.apply(payment, told_of(payment, state, status=f"told {status}"))
    return dispute


WAYS: dict[DisputeStatus, Path] = {
    WARNING: (WARNING,),
    OPENED: (OPENED,),
    ANSWERED: (OPENED, ANSWERED),
    WON: (OPENED, WON),
    LOST: (OPENED, LOST),
    ACCEPTED: (OPENED, ACCEPTED),
    CLOSED: (OPENED, CLOSED),
}
"""How the provider leads to each status."""


@pytest.mark.parametrize("edge", TABLE.steps, ids=" → ".join)
def test_the_step_is_taken_and_told(desk: DisputeDesk, edge: tuple[DisputeStatus, DisputeStatus]) -> None:
    before, after = edge

    dispute = lead(desk, (*WAYS[before], after))

    dispute.refresh_from_db()
    assert dispute.status == after
    steps = [(step.from_status, step.to_status, step.name) for step in history_of_dispute(dispute)]
    assert (before, after, TABLE.steps[edge]) in steps
    assert (dispute.decided_at is None) == dispute.is_open
    assert not dispute.attention


@pytest.mark.parametrize("birth", TABLE.births)
def test_a_dispute_begins_as_the_provider_says(desk: DisputeDesk, birth: DisputeStatus) -> None:
    dispute = lead(desk, (birth,))

    [first, *_] = history_of_dispute(dispute)
    assert (first.from_status, first.to_status, first.name) == (birth, birth, TABLE.births[birth])


NEVER = [(a, b) for a in DisputeStatus for b in DisputeStatus if a != b and (a, b) not in TABLE.steps]


@pytest.mark.parametrize("edge", NEVER, ids=" → ".join)
def test_no_other_step_is_possible(edge: tuple[DisputeStatus, DisputeStatus], at: datetime) -> None:
    dispute = Dispute(status=edge[0])

    assert not may_move(dispute, edge[1])
    with pytest.raises(NotAllowed):
        move(dispute, edge[1], at=at)


def test_a_step_that_the_provider_should_not_take_is_shown_and_not_taken(desk: DisputeDesk) -> None:
    dispute = lead(desk, (OPENED, WON, WARNING))

    assert (dispute.status, "WON" in dispute.attention) == (WON, True)


def test_what_we_gave_in_stays_so_when_the_provider_calls_it_lost(desk: DisputeDesk) -> None:
    dispute = lead(desk, (OPENED, ACCEPTED, LOST))

    assert (dispute.status, dispute.attention) == (ACCEPTED, "")


def test_what_is_open_can_always_end() -> None:
    ends = {before for before, after in TABLE.steps if after not in OPEN_DISPUTES}

    assert set(OPEN_DISPUTES) <= ends


def test_a_dispute_found_when_it_is_over_has_its_whole_history(desk: DisputeDesk) -> None:
    dispute = lead(desk, (LOST,))

    assert [step.name for step in history_of_dispute(dispute)] == ["somebody asks", "decided for the payer at once"]


def test_an_open_dispute_is_looked_at_each_day_and_one_that_is_settled_no_more(desk: DisputeDesk) -> None:
    payment = desk.credited(100)
    opened = desk.apply(payment, told_of(payment))
    assert opened.ask_at == desk.at + timedelta(days=1)

    waiting = desk.apply(payment, told_of(payment, DisputeState.LOST))
    assert waiting.ask_at == desk.at + timedelta(days=1)  # lost, and the money is still here: it will go

    desk.later(days=31)
    assert desk.apply(payment, told_of(payment, DisputeState.LOST)).ask_at is None


def test_a_later_due_date_replaces_an_earlier_one(desk: DisputeDesk) -> None:
    payment = desk.credited(100)
    told = told_of(payment)
    desk.apply(payment, told)
    later = desk.at + timedelta(days=20)

    assert desk.apply(payment, replace(told, due_at=later)).due_at == later
    assert desk.apply(payment, replace(told, due_at=None)).due_at == later


def test_the_page_of_states_shows_the_table() -> None:
    page = (ROOT / "docs/states/dispute.md").read_text(encoding="utf-8")

    assert page == states_page(), "run `make docs`"
    assert TABLE.diagram() in page
