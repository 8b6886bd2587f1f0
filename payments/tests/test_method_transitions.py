"""One scenario for each step of the table of saved methods; every other step is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from core.clock import local_date
from payments import services
from payments.gateways.base import SavingPage, SavingState
from payments.method_transitions import (
    ABANDONED,
    ACTIVE,
    METHOD_TRANSITIONS,
    PENDING,
    REMOVED,
    REMOVING,
    UNKNOWN,
    UNUSABLE,
    may_move,
    method_diagram,
    method_states_page,
    move,
)
from payments.models import ASKED_ABOUT, MethodState, SavedMethod
from payments.selectors import steps_of
from payments.services import mandates
from payments.tests.drawer import Drawer
from payments.tests.mandate_desk import MandateDesk, method_of
from payments.transitions import NotAllowed
from tests.house.source import ROOT
from tests.support.bank import AMEX
from tests.support.cast import make_company

LATER = timedelta(days=2)


def page_of(drawer: Drawer, method: SavedMethod, state: SavingState) -> SavingPage:
    return replace(drawer.gateway.read_saving(method.session_id), state=state)


def refused(drawer: Drawer) -> SavedMethod:
    return drawer.save(AMEX, any_brand=True)


def doubtful(drawer: Drawer, card: str = "", **how: object) -> SavedMethod:
    """The provider fell silent while it was being saved."""
    method = drawer.begin()
    if card:
        drawer.consent(method, card, **how)
    drawer.silence()
    method = drawer.ask(method)
    drawer.bank.calm()
    return method


def detached(drawer: Drawer, method: SavedMethod) -> SavedMethod:
    drawer.bank.control(f"methods/{method.object_id}/detach")
    return services.methods.refresh(method.pk, gateway=drawer.gateway, at=drawer.at)


def taken_back(drawer: Drawer) -> SavedMethod:
    return services.methods.take_back(drawer.save().pk, at=drawer.at)


def registered(drawer: Drawer) -> SavedMethod:
    """The bank of a company has registered its mandate."""
    mandate = MandateDesk(make_company(drawer.at), drawer.at).sign_b2b()
    mandates.confirm_registration(mandate.pk, local_date(drawer.at), at=drawer.at)
    return method_of(mandate)


def given_up(drawer: Drawer) -> SavedMethod:
    """Its payment seemed lost, and the method with it; then the money came after all."""
    payment = drawer.pay(saves=True)
    services.close(payment.pk, gateway=drawer.gateway, at=drawer.at)
    return drawer.ask(payment.saves)


def paid_after_all(drawer: Drawer, card: str = "4242424242424242", **how: object) -> SavedMethod:
    lost = given_up(drawer)
    payment = drawer.paid(drawer.pay(saves=True), card, **how)
    SavedMethod.objects.filter(payment=payment).update(payment=None)
    SavedMethod.objects.filter(pk=lost.pk).update(payment=payment)
    return drawer.ask(lost)


def silent_removal(drawer: Drawer) -> SavedMethod:
    saved = drawer.save()
    drawer.silence()
    return drawer.remove(saved)


SCENARIOS: dict[tuple[MethodState, MethodState], Callable[[Drawer], SavedMethod]] = {
    (PENDING, ACTIVE): lambda drawer: drawer.save(),
    (PENDING, UNKNOWN): doubtful,
    (PENDING, REMOVING): refused,
    (PENDING, ABANDONED): lambda drawer: services.methods.close_saving(
        drawer.begin().pk, gateway=drawer.gateway, at=drawer.at
    ),
    (UNKNOWN, PENDING): lambda drawer: drawer.ask(doubtful(drawer)),
    (UNKNOWN, ACTIVE): lambda drawer: drawer.ask(doubtful(drawer, "4242424242424242")),
    (UNKNOWN, REMOVING): lambda drawer: drawer.ask(doubtful(drawer, AMEX, any_brand=True)),
    (UNKNOWN, ABANDONED): lambda drawer: drawer.ask(drawer.in_silence(), later=LATER),
    (ACTIVE, UNUSABLE): taken_back,
    (ACTIVE, REMOVING): silent_removal,
    (ACTIVE, REMOVED): lambda drawer: detached(drawer, drawer.save()),
    (UNUSABLE, ACTIVE): registered,
    (UNUSABLE, REMOVING): lambda drawer: drawer.remove(taken_back(drawer)),
    (UNUSABLE, REMOVED): lambda drawer: detached(drawer, taken_back(drawer)),
    (REMOVING, REMOVED): lambda drawer: drawer.remove(drawer.save()),
    (ABANDONED, ACTIVE): paid_after_all,
    (ABANDONED, REMOVING): lambda drawer: paid_after_all(drawer, AMEX, any_brand=True),
}


def test_each_step_of_the_table_has_a_scenario() -> None:
    assert SCENARIOS.keys() == METHOD_TRANSITIONS.keys()


@pytest.mark.parametrize("edge", SCENARIOS, ids=" → ".join)
def test_the_step_is_taken_and_told(drawer: Drawer, edge: tuple[MethodState, MethodState]) -> None:
    method = SCENARIOS[edge](drawer)

    steps = [(step.from_state, step.to_state, step.name) for step in steps_of(method)]
    assert (*edge, METHOD_TRANSITIONS[edge]) in steps
    method.refresh_from_db()
    assert (method.ask_at is not None) == (method.state in ASKED_ABOUT)


OTHERS = [
    (before, after)
    for before in MethodState
    for after in MethodState
    if before != after and (before, after) not in METHOD_TRANSITIONS
]


def test_no_other_step_is_possible(drawer: Drawer) -> None:
    method = drawer.begin()

    for before, after in OTHERS:
        method.state = before
        assert not may_move(method, after)
        with pytest.raises(NotAllowed):
            move(method, after, at=drawer.at)
    assert SavedMethod.objects.get(pk=method.pk).state == PENDING


def test_what_is_removed_never_comes_back() -> None:
    assert [edge for edge in METHOD_TRANSITIONS if edge[0] == REMOVED] == []


def test_a_page_of_another_customer_saves_nothing(drawer: Drawer) -> None:
    begun = drawer.consent(drawer.begin())

    told = drawer.told(begun, replace(page_of(drawer, begun, SavingState.SAVED), person="cus_other"))

    assert (told.state, told.object_id) == (UNKNOWN, "")


def test_the_page_of_states_shows_the_table() -> None:
    page = (ROOT / "docs/states/method.md").read_text(encoding="utf-8")

    assert page == method_states_page(), "run `make docs`"
    assert method_diagram() in page
