from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from payments.gateways.base import PageState
from payments.models import LIVE, Payment, PaymentStatus
from payments.selectors import history_of
from payments.services import asking, collecting
from payments.tests.debit_desk import DebitDesk
from payments.tests.desk import Desk, a_receipt
from payments.tests.drawer import Drawer
from payments.transitions import (
    ABANDONED,
    CREATED,
    OPEN,
    PENDING,
    REFUSED,
    SENT,
    SUCCEEDED,
    TRANSITIONS,
    UNKNOWN,
    NotAllowed,
    may_move,
    move,
    states_page,
)
from payments.transitions import diagram as drawn
from tests.house.source import ROOT
from tests.support.bank import POOR_CARD

LATER = timedelta(days=2)


def sent(desk: Desk) -> Payment:
    payment = desk.intend()
    asking._claim(payment.pk, at=desk.at)
    return payment


def pending(desk: Desk) -> Payment:
    return desk.told(desk.start(), PageState.PENDING)


def unknown(desk: Desk) -> Payment:
    payment = desk.start()
    desk.silence()
    desk.ask(payment)
    desk.bank.calm()
    return payment


def declined(desk: Desk) -> Payment:
    return desk.ask(desk.pay(desk.start(), POOR_CARD))


def refused_by_the_provider(desk: Desk) -> Payment:
    desk.bank.advance(3 * 3600)  # the page would be closed before it opens
    return desk.start()


def declined_in_doubt(desk: Desk) -> Payment:
    payment = declined(desk)
    desk.silence()
    desk.ask(payment)
    desk.bank.calm()
    return desk.close(payment)


def claimed(desk: Desk) -> Payment:
    """The attempt of an automatic debit, right before its call."""
    debits = DebitDesk(Drawer(desk.customer, desk.bank, desk.at), desk.at)
    debit = debits.planned()
    debits.day_of(debit)
    return debits.claimed(debit)


SCENARIOS: dict[tuple[PaymentStatus, PaymentStatus], Callable[[Desk], Payment]] = {
    (CREATED, SENT): sent,
    (CREATED, ABANDONED): lambda desk: desk.ask(desk.intend()),
    (SENT, OPEN): lambda desk: desk.start(),
    (SENT, UNKNOWN): lambda desk: desk.started_in_silence(),
    (SENT, REFUSED): refused_by_the_provider,
    (SENT, ABANDONED): lambda desk: desk.ask(sent(desk), later=LATER),
    (SENT, PENDING): lambda desk: collecting.send_to_bank(claimed(desk).pk, at=desk.at),
    (SENT, SUCCEEDED): lambda desk: collecting.settle_attempt(claimed(desk).pk, a_receipt(), at=desk.at),
    (OPEN, PENDING): pending,
    (OPEN, SUCCEEDED): lambda desk: desk.ask(desk.pay(desk.start())),
    (OPEN, REFUSED): lambda desk: desk.close(declined(desk)),
    (OPEN, ABANDONED): lambda desk: desk.close(desk.start()),
    (OPEN, UNKNOWN): unknown,
    (PENDING, SUCCEEDED): lambda desk: desk.ask(desk.pay(pending(desk))),
    (PENDING, REFUSED): lambda desk: desk.told(pending(desk), PageState.CLOSED),
    (UNKNOWN, OPEN): lambda desk: desk.ask(unknown(desk)),
    (UNKNOWN, PENDING): lambda desk: desk.told(unknown(desk), PageState.PENDING),
    (UNKNOWN, SUCCEEDED): lambda desk: desk.ask(desk.pay(unknown(desk))),
    (UNKNOWN, REFUSED): declined_in_doubt,
    (UNKNOWN, ABANDONED): lambda desk: desk.close(unknown(desk)),
    (REFUSED, SUCCEEDED): lambda desk: desk.told(desk.close(declined(desk)), PageState.PAID, receipt=a_receipt()),
    (ABANDONED, SUCCEEDED): lambda desk: desk.told(desk.close(desk.start()), PageState.PAID, receipt=a_receipt()),
}


def test_each_step_of_the_table_has_a_scenario() -> None:
    assert SCENARIOS.keys() == TRANSITIONS.keys()


@pytest.mark.parametrize("edge", SCENARIOS, ids=" → ".join)
def test_the_step_is_taken_and_told(desk: Desk, edge: tuple[PaymentStatus, PaymentStatus]) -> None:
    payment = SCENARIOS[edge](desk)

    steps = [(step.from_status, step.to_status, step.name) for step in history_of(payment)]
    assert (*edge, TRANSITIONS[edge]) in steps
    payment.refresh_from_db()
    assert (payment.decided_at is None) == payment.is_live


ALL = [(before, after) for before in PaymentStatus for after in PaymentStatus if before != after]


@pytest.mark.parametrize("edge", [edge for edge in ALL if edge not in TRANSITIONS], ids=" → ".join)
def test_no_other_step_is_possible(desk: Desk, at: datetime, edge: tuple[PaymentStatus, PaymentStatus]) -> None:
    payment = desk.intend()
    payment.status = edge[0]

    assert not may_move(payment, edge[1])
    with pytest.raises(NotAllowed):
        move(payment, edge[1], at=at)
    assert Payment.objects.get(pk=payment.pk).status == CREATED


def test_what_succeeded_never_changes() -> None:
    assert [edge for edge in TRANSITIONS if edge[0] == SUCCEEDED] == []


def test_what_is_live_can_always_end() -> None:
    ends = {before for before, after in TRANSITIONS if after not in LIVE}

    assert set(LIVE) <= ends


def test_the_page_of_states_shows_the_table() -> None:
    page = (ROOT / "docs/states/payment.md").read_text(encoding="utf-8")

    assert page == states_page(), "run `make docs`"
    assert drawn() in page
