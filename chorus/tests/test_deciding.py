"""What staff decide about documents that did not leave: each step of the table that is theirs."""

from __future__ import annotations

import pytest

from chorus.models import Submission
from chorus.services import deciding, preparing
from chorus.services.deciding import CannotDecide
from chorus.services.directory import look_up
from chorus.states import HeldWhy, Missing, SubmissionState
from chorus.tests.desk import Desk, timeline
from chorus.tests.fake import rejected
from invoices.tests.making import pay

HELD, READY, WAITING = SubmissionState.HELD, SubmissionState.READY, SubmissionState.WAITING_REFERENCES
REJECTED, WITHDRAWN = SubmissionState.REJECTED, SubmissionState.WITHDRAWN


def standing(desk: Desk, state: SubmissionState) -> Submission:
    """A document in that state, brought there by the product's verbs."""
    if state == WAITING:
        desk.town_hall.siret = ""
        desk.town_hall.save()
        return desk.now(desk.opened(), WAITING)
    if state == REJECTED:
        submission = desk.deposited()
        desk.chorus.reports[desk.flow(submission)] = rejected("La structure destinataire est inactive.")
        desk.pass_time(seconds=30)
        desk.look(submission)
        return desk.now(submission, REJECTED)
    submission = desk.opened()
    return deciding.hold(submission.pk, actor="Ana", at=desk.at) if state == HELD else desk.now(submission, READY)


@pytest.mark.parametrize("state", [WAITING, READY, REJECTED])
def test_staff_hold_back_whatever_is_with_us(desk: Desk, state: SubmissionState) -> None:
    submission = standing(desk, state)

    deciding.hold(submission.pk, actor="Ana", at=desk.at)
    deciding.hold(submission.pk, actor="Ana", at=desk.at)

    assert desk.now(submission, HELD).held_why == HeldWhy.STAFF
    assert timeline(submission).count("HELD") == 1
    assert not preparing.reconsider(submission.pk, at=desk.at), "only staff release it"


@pytest.mark.parametrize("state", [WAITING, READY, HELD, REJECTED])
def test_staff_give_up_whatever_is_with_us(desk: Desk, state: SubmissionState) -> None:
    submission = standing(desk, state)

    deciding.withdraw(submission.pk, actor="Ana", why="settled by telephone", at=desk.at)
    deciding.withdraw(submission.pk, actor="Ana", why="settled by telephone", at=desk.at)

    assert desk.now(submission, WITHDRAWN).held_why == ""
    assert desk.sync().submitted == 0


def test_what_left_is_not_held_back_nor_given_up(desk: Desk) -> None:
    submission = desk.deposited()

    with pytest.raises(CannotDecide):
        deciding.hold(submission.pk, actor="Ana", at=desk.at)
    with pytest.raises(CannotDecide):
        deciding.withdraw(submission.pk, actor="Ana", why="", at=desk.at)

    desk.now(submission, SubmissionState.DEPOSITED)


def test_a_released_document_that_lacks_its_siret_waits_for_it(desk: Desk) -> None:
    submission = standing(desk, WAITING)
    deciding.hold(submission.pk, actor="Ana", at=desk.at)

    deciding.release(submission.pk, allowed_by="Ana", at=desk.at)

    assert desk.now(submission, WAITING).missing == [Missing.SIRET]


def test_money_that_came_while_staff_held_it_back_is_asked_about_before_it_leaves(desk: Desk) -> None:
    submission = standing(desk, HELD)
    pay(desk.town_hall, 1000, at=desk.at)

    deciding.release(submission.pk, allowed_by="Ana", at=desk.at)

    held = desk.now(submission, HELD)
    assert (held.held_why, held.allowed_by) == (HeldWhy.PAID_BEFORE, "")
    deciding.release(submission.pk, allowed_by="Ana", at=desk.at)
    assert desk.now(submission, READY).allowed_by == "Ana"


def test_a_rejected_document_whose_structure_closed_waits_instead_of_being_sent_again(desk: Desk) -> None:
    submission = standing(desk, REJECTED)
    desk.directory.is_active = False
    look_up(desk.town_hall.siret, at=desk.at, directory=desk.directory)

    deciding.resend(submission.pk, actor="Ana", at=desk.at)

    assert desk.now(submission, WAITING).missing == [Missing.STRUCTURE]
