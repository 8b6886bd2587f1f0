"""From issue to the queue: one submission for each document, born where it stands."""

from __future__ import annotations

import pytest

from accounts.models import Customer
from chorus.models import Submission
from chorus.services import deciding, opening, preparing
from chorus.services.deciding import CannotDecide
from chorus.states import HeldWhy, SubmissionState
from chorus.tests.desk import Desk, print_file
from core.money import Money
from invoices.models import Invoice
from invoices.services import TakenBack
from invoices.tests.making import issued, pay
from outbox import services as outbox
from tests.support.cast import make_company


def test_each_public_document_gets_one_submission_and_nobody_else_any(desk: Desk) -> None:
    issued(make_company(), at=desk.at)
    invoice = desk.issue()

    begun = opening.open_submissions(at=desk.at)

    assert [each.invoice_id for each in begun] == [invoice.pk]
    assert opening.open_submissions(at=desk.at) == []
    assert Submission.objects.get().state == SubmissionState.READY


def test_the_announcement_of_the_issue_begins_the_submission(desk: Desk) -> None:
    invoice = desk.issue()

    outbox.run_due(at=desk.at, kinds=("invoices.announce",))

    assert desk.submission(invoice).state == SubmissionState.READY


def test_the_turn_looks_back_so_far_and_the_command_at_all(desk: Desk) -> None:
    desk.issue()
    desk.pass_time(days=41)

    assert opening.open_submissions(at=desk.at, since=desk.at - opening.LOOKS_BACK) == []
    assert len(opening.open_submissions(at=desk.at)) == 1


def test_documents_from_before_are_left_out(desk: Desk) -> None:
    desk.issue()
    assert opening.leave_out(before=desk.at, why="before", at=desk.at) == 0
    desk.pass_time(seconds=1)

    assert opening.leave_out(before=desk.at, why="before", at=desk.at) == 1

    assert opening.leave_out(before=desk.at, why="before", at=desk.at) == 0
    assert Submission.objects.get().state == SubmissionState.WITHDRAWN
    assert opening.open_submissions(at=desk.at) == []


def test_a_buyer_without_siret_waits_and_leaves_by_itself_when_completed(desk: Desk) -> None:
    Customer.objects.filter(pk=desk.town_hall.pk).update(siret="")
    desk.town_hall.refresh_from_db()
    submission = desk.opened()
    assert (submission.state, submission.missing) == (SubmissionState.WAITING_REFERENCES, ["SIRET"])

    assert preparing.reconsider(submission.pk, at=desk.at) is False
    assert desk.send(submission) is None


def test_another_environment_is_held_back_and_never_released(desk: Desk, settings: object) -> None:
    submission = desk.opened()
    settings.CHORUS_ENVIRONMENT = "QUALIFICATION"  # type: ignore[attr-defined]

    assert desk.send(submission) is None

    held = desk.now(submission, SubmissionState.HELD)
    assert held.held_why == HeldWhy.ENVIRONMENT
    with pytest.raises(CannotDecide):
        deciding.release(submission.pk, allowed_by="Ana", at=desk.at)
    settings.CHORUS_ENVIRONMENT = "SIMULATOR"  # type: ignore[attr-defined]
    preparing.reconsider(submission.pk, at=desk.at)
    desk.now(submission, SubmissionState.READY)


def test_money_before_the_deposit_stops_it_and_staff_decide(desk: Desk) -> None:
    submission, other = desk.opened(), desk.opened()
    pay(desk.town_hall, 1000, at=desk.at)

    assert desk.sync().submitted == 0

    for each in (submission, other):
        assert desk.now(each, SubmissionState.HELD).held_why == HeldWhy.PAID_BEFORE
    deciding.release(submission.pk, allowed_by="Ana", at=desk.at)
    deciding.withdraw(other.pk, actor="Ana", why="paid", at=desk.at)
    assert desk.sync().submitted == 1
    assert desk.now(submission, SubmissionState.DEPOSITED).allowed_by == "Ana"
    desk.now(other, SubmissionState.WITHDRAWN)
    with pytest.raises(CannotDecide):
        deciding.withdraw(submission.pk, actor="Ana", why="late", at=desk.at)


def test_staff_hold_a_document_back_until_they_release_it(desk: Desk) -> None:
    submission = desk.opened()

    deciding.hold(submission.pk, actor="Ana", at=desk.at)

    assert desk.sync().submitted == 0
    deciding.release(submission.pk, allowed_by="Ana", at=desk.at)
    assert desk.sync().submitted == 1


def test_an_invoice_credited_in_full_before_its_deposit_is_never_sent_nor_is_its_note(desk: Desk) -> None:
    submission = desk.opened()
    note = desk.credit(submission.invoice)

    assert desk.sync().submitted == 0

    desk.now(submission, SubmissionState.WITHDRAWN)
    desk.now(desk.submission(note), SubmissionState.WITHDRAWN)


def test_an_invoice_credited_in_part_before_its_deposit_is_for_staff(desk: Desk) -> None:
    submission = desk.opened()
    note = desk.open(desk.credit(submission.invoice, taken=[TakenBack(1, amount=Money(1000))]))

    assert desk.sync().submitted == 0

    assert desk.now(submission, SubmissionState.HELD).held_why == HeldWhy.CREDITED_BEFORE
    assert desk.now(note, SubmissionState.HELD).held_why == HeldWhy.CREDITED_BEFORE
    for each in (submission, note):
        deciding.release(each.pk, allowed_by="Ana", at=desk.at)
    assert desk.sync().submitted == 1
    desk.now(note, SubmissionState.READY)


def test_a_credit_note_leaves_once_its_invoice_is_in_chorus(desk: Desk) -> None:
    submission = desk.deposited()
    note = desk.open(desk.credit(submission.invoice))
    assert desk.sync().submitted == 0
    desk.chorus.integrate(submission.invoice, at=desk.at, flow=desk.flow(submission))

    assert desk.sync().submitted == 1

    desk.now(note, SubmissionState.DEPOSITED)
    assert Invoice.objects.filter(original__isnull=False).count() == 1


def test_a_directory_that_does_not_answer_stops_the_first_deposit_to_a_buyer(desk: Desk) -> None:
    submission = desk.opened()
    desk.directory.is_down = True

    assert desk.turn() == (0, False)

    desk.now(submission, SubmissionState.READY)
    assert not submission.deposits.exists()
    desk.directory.is_down = False
    desk.pass_time(minutes=2)
    assert desk.turn() == (1, False)


def test_what_the_directory_requires_now_is_asked_before_the_first_deposit_of_the_day(desk: Desk) -> None:
    submission = desk.opened(engagement_number="")
    desk.directory.engagement_required = True

    assert desk.sync().submitted == 0

    assert desk.now(submission, SubmissionState.WAITING_REFERENCES).missing == ["ENGAGEMENT"]
    invoice = submission.invoice
    print_file(desk.complete(invoice, "EJ-7"), at=desk.at)
    assert desk.sync().submitted == 1


def test_a_structure_closed_after_the_settings_stops_its_documents(desk: Desk) -> None:
    desk.opened()
    assert desk.sync().submitted == 1
    desk.pass_time(days=1)
    desk.directory.is_active = False
    submission = desk.opened()

    assert desk.sync().submitted == 0

    assert desk.now(submission, SubmissionState.WAITING_REFERENCES).missing == ["STRUCTURE"]
