"""Chorus Pro is down for two days and back (F36): nothing is lost, the order is kept, nothing is hammered."""

from __future__ import annotations

from datetime import timedelta

from chorus.gateways.base import Transient
from chorus.models import Deposit, Pace
from chorus.selectors.submissions import trouble
from chorus.services import pacing
from chorus.states import DepositState, SubmissionState
from chorus.tests.desk import Desk


def test_two_days_of_outage_are_caught_up_with_gently_in_the_order_of_issue(desk: Desk, settings: object) -> None:
    settings.CHORUS_DEPOSITS_PER_MINUTE = 2  # type: ignore[attr-defined]
    submissions = [desk.opened() for _ in range(5)]
    end = desk.at + timedelta(hours=48)
    while desk.at < end:
        desk.chorus.troubles = [Transient("down")]
        assert desk.turn() == (0, False)
        desk.pass_time(minutes=20)

    tried = Deposit.objects.count()
    assert 44 <= tried <= 56
    assert set(Deposit.objects.values_list("state", "submission")) == {(DepositState.NOT_SENT, submissions[0].pk)}
    stopped = trouble()
    assert stopped is not None
    assert stopped.stopped_since == end - timedelta(hours=48)
    assert "down" in stopped.stopped_why
    desk.chorus.troubles = []
    desk.pass_time(hours=1)
    sent = []
    for _ in range(4):
        sent.append(desk.turn()[0])
        desk.pass_time(minutes=1)

    assert sent == [2, 2, 1, 0]
    names = [file.name for file in desk.chorus.deposits]
    assert names == [f"factur-x_{each.invoice.number}.pdf" for each in submissions]
    assert {desk.now(each).state for each in submissions} == {SubmissionState.DEPOSITED}
    assert trouble() is None
    assert all((due := desk.now(each).deposited_at) is not None and due > end for each in submissions)


def test_trouble_stops_for_a_minute_then_twice_as_long_an_hour_at_most(desk: Desk) -> None:
    waits = [(pacing.trouble("down", at=desk.at) - desk.at).total_seconds() for _ in range(8)]

    assert waits == [60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert pacing.may_leave(at=desk.at) == 0
    assert (pacing.trouble("429", at=desk.at, retry_after=7200) - desk.at).total_seconds() == 7200
    pacing.all_is_well()
    assert pacing.may_leave(at=desk.at) == 30
    assert Pace.objects.get().stopped_why == ""
