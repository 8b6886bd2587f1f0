"""A process dies between any two steps of saving or removing: what it wrote is enough for the next one to finish."""

from __future__ import annotations

import pytest

from outbox.services import run_due
from payments import services
from payments.models import MethodState, SavedMethod
from payments.services.methods import SavingWish, looking, saving
from payments.services.registering import person_of
from payments.tests.drawer import AGREED, Drawer
from payments.tests.test_methods import BOTH, mails


class Died(BaseException):
    """What kill -9 looks like from inside."""


def died(monkeypatch: pytest.MonkeyPatch, module: str, place: str) -> None:
    """The process dies when it comes by this failpoint."""

    def here(name: str) -> None:
        if name == place:
            raise Died

    monkeypatch.setattr(f"payments.services.methods.{module}.failpoint", here)


def intended(drawer: Drawer) -> SavedMethod:
    return saving._intend(drawer.customer, SavingWish(drawer.kind, AGREED), at=drawer.at)


@BOTH
def test_dead_before_the_call_the_sweeper_opens_the_page(drawer: Drawer) -> None:
    method = intended(drawer)

    found = drawer.ask(method)

    assert (found.state, found.page_url != "") == (MethodState.PENDING, True)
    assert drawer.ask(drawer.consent(found)).state == MethodState.ACTIVE


@BOTH
def test_dead_after_the_answer_the_same_page_is_found(drawer: Drawer) -> None:
    method = intended(drawer)
    person = person_of(drawer.customer, provider=drawer.kind.provider, gateway=drawer.gateway, at=drawer.at)
    opened = drawer.gateway.open_saving(looking._order(method, person))  # and nothing was written down

    assert drawer.ask(method).session_id == opened.session_id


@BOTH
@pytest.mark.parametrize(("module", "place"), [("looking", "method.answered"), ("keeping", "method.kept")])
def test_dead_while_it_is_saved_it_is_saved_once(
    drawer: Drawer, monkeypatch: pytest.MonkeyPatch, module: str, place: str
) -> None:
    method = drawer.consent(drawer.begin())
    with monkeypatch.context() as crash:
        died(crash, module, place)
        with pytest.raises(Died):
            drawer.ask(method)

    assert SavedMethod.objects.get().state == MethodState.PENDING
    assert drawer.ask(method).state == MethodState.ACTIVE
    assert len(mails("method.saved")) == 1


@BOTH
@pytest.mark.parametrize("place", ["method.removal_asked", "method.forgotten"])
def test_dead_while_it_is_removed_it_is_not_used_and_a_job_ends_it(
    drawer: Drawer, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    saved = drawer.save()
    with monkeypatch.context() as crash:
        died(crash, "removing", place)
        with pytest.raises(Died):
            drawer.remove(saved)
    saved.refresh_from_db()
    assert saved.state == MethodState.REMOVING

    while run_due(at=drawer.at, kinds=("payments.ask_method",)):
        pass

    saved.refresh_from_db()
    assert saved.state == MethodState.REMOVED
    assert drawer.gateway.read_instrument(saved.object_id) is None
    assert len(mails("method.removed")) == 1


def test_dead_after_the_payment_the_job_saves_what_it_was_to_save(drawer: Drawer) -> None:
    payment = drawer.paid(drawer.pay(saves=True))

    while run_due(at=drawer.at, kinds=("payments.ask_method",)):
        pass

    assert SavedMethod.objects.get(payment=payment).state == MethodState.ACTIVE
    assert services.sweep_methods(at=drawer.at) == 0
