"""One scenario for each step of the table of mandates; every other step is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from payments.mandate_transitions import (
    ABANDONED,
    ACTIVE,
    DRAFT,
    LAPSED,
    MANDATE_TRANSITIONS,
    REFUSED,
    REPLACED,
    REVOKED,
    mandate_diagram,
    mandate_states_page,
    may_move,
    move,
)
from payments.models import Mandate, MandateState
from payments.selectors import history_of_mandate
from payments.services import mandates as verbs
from payments.tests.mandate_desk import AGRICOLE, MandateDesk
from payments.transitions import NotAllowed
from tests.house.source import ROOT


def given_up(desk: MandateDesk) -> Mandate:
    draft = desk.prepare()
    verbs.give_up_drafts(at=desk.at + timedelta(days=366))
    return draft


def replaced(desk: MandateDesk) -> Mandate:
    before = desk.sign()
    desk.sign(AGRICOLE, replaces=before)
    return before


def lapsed(desk: MandateDesk) -> Mandate:
    signed = desk.sign()
    verbs.lapse_mandates(at=desk.at + timedelta(days=37 * 31))
    return signed


SCENARIOS: dict[tuple[MandateState, MandateState], Callable[[MandateDesk], Mandate]] = {
    (DRAFT, ACTIVE): lambda desk: desk.sign(),
    (DRAFT, ABANDONED): given_up,
    (ACTIVE, REPLACED): replaced,
    (ACTIVE, REVOKED): lambda desk: desk.revoke(desk.sign()),
    (ACTIVE, REFUSED): lambda desk: desk.end(desk.sign(), REFUSED, "MD01"),
    (ACTIVE, LAPSED): lapsed,
}


def test_each_step_of_the_table_has_a_scenario() -> None:
    assert SCENARIOS.keys() == MANDATE_TRANSITIONS.keys()


@pytest.mark.parametrize("edge", SCENARIOS, ids=" → ".join)
def test_the_step_is_taken_and_told(mandates: MandateDesk, edge: tuple[MandateState, MandateState]) -> None:
    mandate = SCENARIOS[edge](mandates)

    steps = [(step.from_state, step.to_state, step.name) for step in history_of_mandate(mandate)]
    assert (*edge, MANDATE_TRANSITIONS[edge]) in steps
    mandate.refresh_from_db()
    assert (mandate.ended_at is None) == (mandate.state in {DRAFT, ACTIVE})


def test_no_other_step_is_possible(mandates: MandateDesk) -> None:
    mandate = mandates.prepare()

    for before in MandateState:
        for after in MandateState:
            if before == after or (before, after) in MANDATE_TRANSITIONS:
                continue
            mandate.state = before
            assert not may_move(mandate, after)
            with pytest.raises(NotAllowed):
                move(mandate, after, at=mandates.at)
    assert Mandate.objects.get(pk=mandate.pk).state == DRAFT


def test_the_page_of_states_shows_the_table() -> None:
    page = (ROOT / "docs/states/mandate.md").read_text(encoding="utf-8")

    assert page == mandate_states_page(), "run `make docs`"
    assert mandate_diagram() in page
