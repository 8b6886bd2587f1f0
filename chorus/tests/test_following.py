"""Reports by the ladder, every ending of a flow, and what was never answered."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chorus.gateways.base import OutcomeUnknown, Transient
from chorus.models import Deposit, LifecycleEvent
from chorus.services import following
from chorus.states import DepositState, HeldWhy, SubmissionState
from chorus.tests.desk import Desk, print_file
from chorus.tests.fake import INCIDENT, INTEGRATED, NOT_FOUND, PENDING, rejected

STEPS = [30, 120, 300, 300 + 900, 300 + 1800]


def attempts(desk: Desk) -> list[str]:
    return list(Deposit.objects.order_by("attempt").values_list("state", flat=True))


def unknown(desk: Desk):  # type: ignore[no-untyped-def]
    submission = desk.opened()
    desk.chorus.troubles = [OutcomeUnknown("timeout")]
    desk.send(submission)
    return desk.now(submission, SubmissionState.UNKNOWN)


def test_a_report_is_asked_for_by_the_ladder(desk: Desk) -> None:
    submission = desk.deposited()
    begun, asked = desk.at, []

    while desk.at - begun < timedelta(minutes=36):
        desk.at = desk.now(submission).next_check_at or desk.at
        if desk.look(submission) == SubmissionState.DEPOSITED:
            asked.append(round((desk.at - begun).total_seconds()))

    assert asked[:5] == STEPS
    assert following.next_report(begun, 99, at=begun + timedelta(days=1)) == begun + timedelta(days=2)


def test_an_integrated_flow_gives_the_document_its_identifier_and_its_history(desk: Desk) -> None:
    submission = desk.integrated()

    assert submission.chorus_id == 7_000_000 + submission.invoice_id
    assert submission.chorus_status == "MISE_A_DISPOSITION"
    assert submission.deposits.get().state == DepositState.INTEGRATED
    told = LifecycleEvent.objects.filter(invoice=submission.invoice, source="CHORUS").order_by("at", "pk")
    assert [(event.code, event.cdar) for event in told] == [("DEPOSEE", 200), ("MISE_A_DISPOSITION", 203)]


def test_an_integrated_flow_whose_document_is_not_listed_yet_is_asked_about_again(desk: Desk) -> None:
    submission = desk.deposited()
    desk.chorus.reports[desk.flow(submission)] = INTEGRATED

    assert desk.look(submission) == SubmissionState.DEPOSITED

    desk.chorus.integrate(submission.invoice, at=desk.at)
    assert desk.look(submission) == SubmissionState.INTEGRATED


def test_a_partial_integration_counts_by_document(desk: Desk) -> None:
    ours, other = desk.deposited(), desk.deposited()
    desk.chorus.reports[desk.flow(ours)] = rejected("code service", number=str(ours.invoice.number), partial=True)
    desk.chorus.integrate(other.invoice, at=desk.at)
    desk.chorus.reports[desk.flow(other)] = rejected("autre", number="FA2020-000001", partial=True)

    assert desk.look(ours) == SubmissionState.REJECTED
    assert desk.look(other) == SubmissionState.INTEGRATED


def test_a_rejection_keeps_all_its_words_and_is_sent_again_with_the_same_number_once_completed(desk: Desk) -> None:
    submission = desk.deposited()
    desk.chorus.reports[desk.flow(submission)] = rejected("engagement manquant", "balise X")

    assert desk.look(submission) == SubmissionState.REJECTED

    assert desk.now(submission).problem == "engagement manquant\nbalise X"
    desk.sync()
    desk.now(submission, SubmissionState.REJECTED)
    invoice = submission.invoice
    invoice = desk.complete(invoice, "EJ-2")

    print_file(invoice, at=desk.at)
    assert desk.sync().submitted == 1
    assert [file.name for file in desk.chorus.deposits] == [f"factur-x_{invoice.number}.pdf"] * 2
    assert attempts(desk) == ["REJECTED", "RECEIVED"]


def test_a_rejection_as_a_duplicate_is_a_success_when_it_is_our_document(desk: Desk) -> None:
    submission = desk.deposited()
    desk.chorus.integrate(submission.invoice, at=desk.at)
    desk.chorus.reports[desk.flow(submission)] = rejected("[SIM] doublon")

    assert desk.look(submission) == SubmissionState.INTEGRATED


def test_a_rejection_as_a_duplicate_of_another_amount_is_for_staff(desk: Desk) -> None:
    submission = desk.deposited()
    desk.chorus.integrate(submission.invoice, at=desk.at, total=1)
    desk.chorus.reports[desk.flow(submission)] = rejected("[SIM] doublon")

    assert desk.look(submission) == SubmissionState.HELD

    held = desk.now(submission)
    assert held.held_why == HeldWhy.STAFF
    assert "7" in held.problem
    assert not desk.sync().submitted


def test_an_incident_is_sent_again_with_the_same_number(desk: Desk) -> None:
    submission = desk.deposited()
    desk.chorus.reports[desk.flow(submission)] = INCIDENT

    assert desk.look(submission) == SubmissionState.READY

    desk.send(submission)
    assert attempts(desk) == ["INCIDENT", "RECEIVED"]


def test_a_flow_that_is_pending_is_never_concluded_from(desk: Desk) -> None:
    submission = desk.deposited()
    desk.chorus.reports[desk.flow(submission)] = PENDING
    desk.pass_time(days=3)

    assert desk.look(submission) == SubmissionState.DEPOSITED


def test_a_lost_report_is_found_by_the_number_or_becomes_unknown(desk: Desk) -> None:
    found, lost = desk.deposited(), desk.deposited()
    desk.chorus.integrate(found.invoice, at=desk.at)
    for submission in (found, lost):
        desk.chorus.reports[desk.flow(submission)] = NOT_FOUND
    assert desk.look(found) == SubmissionState.DEPOSITED
    desk.pass_time(hours=1)

    assert desk.look(found) == SubmissionState.INTEGRATED
    assert desk.look(lost) == SubmissionState.UNKNOWN


def test_an_unknown_outcome_is_found_by_its_number_without_a_second_deposit(desk: Desk) -> None:
    submission = unknown(desk)
    found = desk.chorus.integrate(submission.invoice, at=desk.at, flow="CPP0000000000000000000009")

    assert desk.look(submission) == SubmissionState.INTEGRATED

    assert desk.chorus.deposits == []
    deposit = submission.deposits.get()
    assert (deposit.state, deposit.flow_number) == (DepositState.INTEGRATED, found.flow_number)


def test_what_is_not_found_in_a_whole_hour_is_sent_again(desk: Desk) -> None:
    submission = unknown(desk)
    begun, looks = desk.at, 0

    while desk.now(submission).state == SubmissionState.UNKNOWN:
        desk.at = desk.now(submission).next_check_at or desk.at
        assert desk.send(submission) is None
        desk.look(submission)
        looks += 1

    assert (desk.at - begun, looks) == (timedelta(hours=1), 6)
    assert submission.deposits.get().state == DepositState.LOST
    desk.send(submission)
    assert attempts(desk) == ["LOST", "RECEIVED"]


def test_searches_out_of_their_turn_and_searches_without_answer_conclude_nothing(desk: Desk) -> None:
    submission = unknown(desk)
    for _ in range(9):
        desk.look(submission)
    assert desk.now(submission, SubmissionState.UNKNOWN).looks == 0
    desk.chorus.read_trouble = Transient("down")
    desk.pass_time(days=2)

    with pytest.raises(Transient):
        desk.look(submission)

    assert following.look_all(desk.chorus, at=desk.at).stopped
    desk.now(submission, SubmissionState.UNKNOWN)


def test_another_document_with_our_number_is_for_staff(desk: Desk) -> None:
    submission = unknown(desk)
    desk.chorus.integrate(submission.invoice, at=desk.at, total=99)

    assert desk.look(submission) == SubmissionState.HELD

    assert submission.deposits.get().state == DepositState.REJECTED


def test_an_attempt_given_up_that_arrived_after_all_is_the_one_that_counts(desk: Desk) -> None:
    submission = unknown(desk)
    desk.chorus.troubles = []
    Deposit.objects.update(state=DepositState.LOST)
    type(submission).objects.update(state=SubmissionState.READY)
    desk.send(submission)
    second = desk.flow(submission)
    desk.chorus.integrate(submission.invoice, at=desk.at, flow="CPP0000000000000000000001")
    desk.chorus.reports[second] = rejected("[SIM] doublon")

    assert desk.look(submission) == SubmissionState.INTEGRATED

    assert attempts(desk) == ["INTEGRATED", "REJECTED"]
