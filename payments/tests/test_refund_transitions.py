from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from payments.gateways.base import RefundState
from payments.models import REFUND_LIVE, Refund, RefundStatus
from payments.refund_transitions import (
    ASKED,
    CANCELLED,
    COMPLETED,
    FAILED,
    PENDING,
    SENT,
    TABLE,
    UNKNOWN,
    WAITING,
    NotAllowed,
    may_move,
    move,
    states_page,
)
from payments.selectors import history_of_refund
from payments.tests.refund_desk import (
    CARD_SENDS_IT_BACK,
    CARD_TAKES_ITS_TIME,
    THRESHOLD,
    RefundDesk,
    broken,
)
from tests.house.source import ROOT

LATER = timedelta(days=2)


def waiting(desk: RefundDesk) -> Refund:
    return desk.ask(desk.paid(THRESHOLD + 5_000), THRESHOLD + 1)


def pending(desk: RefundDesk) -> Refund:
    return desk.refund(desk.paid(card=CARD_TAKES_ITS_TIME))


def too_late(desk: RefundDesk) -> Refund:
    """Somebody was faster in the provider's own pages, and we do not know it yet."""
    payment = desk.paid()
    desk.desk.bank.control(f"refund/{payment.intent_id}", amount=10_000)
    return desk.refund(payment)


def arrived(desk: RefundDesk) -> Refund:
    refund = pending(desk)
    desk.desk.bank.control(f"refunds/{refund.object_id}/succeed")
    return desk.look_again(refund)


def came_back(desk: RefundDesk) -> Refund:
    refund = pending(desk)
    desk.desk.bank.control(f"refunds/{refund.object_id}/fail")
    return desk.look_again(refund)


def came_back_after_all(desk: RefundDesk) -> Refund:
    payment = desk.paid(card=CARD_SENDS_IT_BACK)
    refund = desk.refund(payment)
    desk.desk.bank.control(f"refunds/{refund.object_id}/fail")
    desk.look(payment)
    return refund


def found_on_its_way(desk: RefundDesk) -> Refund:
    return desk.look_again(desk.lost(desk.paid(card=CARD_TAKES_ITS_TIME)))


def never_there(desk: RefundDesk) -> Refund:
    """The provider never heard of it, and its key is too old to ask again."""
    return desk.look_again(desk.silent(desk.paid()), later=LATER)


SCENARIOS: dict[tuple[RefundStatus, RefundStatus], Callable[[RefundDesk], Refund]] = {
    (ASKED, WAITING): waiting,
    (ASKED, SENT): lambda desk: desk.claimed(desk.paid()),
    (ASKED, CANCELLED): lambda desk: desk.cancel(desk.ask(desk.paid())),
    (WAITING, ASKED): lambda desk: desk.approve(waiting(desk)),
    (WAITING, CANCELLED): lambda desk: desk.refuse(waiting(desk)),
    (SENT, PENDING): pending,
    (SENT, COMPLETED): lambda desk: desk.refund(desk.paid()),
    (SENT, FAILED): too_late,
    (SENT, CANCELLED): lambda desk: desk.told(desk.claimed(desk.paid()), RefundState.CANCELLED),
    (SENT, UNKNOWN): lambda desk: desk.silent(desk.paid()),
    (UNKNOWN, PENDING): found_on_its_way,
    (UNKNOWN, COMPLETED): lambda desk: desk.look_again(desk.lost(desk.paid())),
    (UNKNOWN, FAILED): never_there,
    (UNKNOWN, CANCELLED): lambda desk: desk.told(desk.silent(desk.paid()), RefundState.CANCELLED),
    (PENDING, COMPLETED): arrived,
    (PENDING, FAILED): came_back,
    (PENDING, CANCELLED): lambda desk: desk.told(pending(desk), RefundState.CANCELLED),
    (COMPLETED, FAILED): came_back_after_all,
    (FAILED, PENDING): lambda desk: desk.told(never_there(desk), RefundState.PENDING),
    (FAILED, COMPLETED): lambda desk: desk.told(never_there(desk), RefundState.COMPLETED),
}


def test_each_step_of_the_table_has_a_scenario() -> None:
    assert SCENARIOS.keys() == TABLE.steps.keys()


@pytest.mark.parametrize("edge", SCENARIOS, ids=" → ".join)
def test_the_step_is_taken_and_told(refunds: RefundDesk, edge: tuple[RefundStatus, RefundStatus]) -> None:
    refund = SCENARIOS[edge](refunds)

    steps = [(step.from_status, step.to_status, step.name) for step in history_of_refund(refund)]
    assert (*edge, TABLE.steps[edge]) in steps
    refund.refresh_from_db()
    assert (refund.decided_at is None) == refund.is_live
    assert broken() == []


ALL = [(before, after) for before in RefundStatus for after in RefundStatus if before != after]


def test_no_other_step_is_possible(refunds: RefundDesk) -> None:
    refund = refunds.ask(refunds.paid())

    for before, after in ALL:
        refund.status = before
        if (before, after) not in TABLE.steps:
            assert not may_move(refund, after)
            with pytest.raises(NotAllowed):
                move(refund, after, at=refunds.desk.at)
    assert Refund.objects.get().status == ASKED


def test_what_is_live_can_always_end() -> None:
    ends = {before for before, after in TABLE.steps if after not in REFUND_LIVE}

    assert set(REFUND_LIVE) <= ends


def test_the_page_of_states_shows_the_table() -> None:
    page = (ROOT / "docs/states/refund.md").read_text(encoding="utf-8")

    assert page == states_page(), "run `make docs`"
