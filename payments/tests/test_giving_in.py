"""Giving in to a dispute gives money back: above the threshold of refunds two people have to want it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from accounts import services as accounts
from accounts.models import Approval, ApprovalState, User
from outbox import services as outbox
from outbox.models import Job
from payments import selectors
from payments.gateways.base import DisputeState
from payments.models import Dispute, DisputeStatus, Payment
from payments.services import disputes
from payments.tests.dispute_desk import DisputeDesk, told_of

ABOVE = 201
WHY = "La personne a raison."


@pytest.fixture
def fanny(db: None) -> User:
    return User.objects.create_user("fanny@example.org", "a-long-password-for-tests", is_staff=True)


@pytest.fixture
def gil(db: None) -> User:
    return User.objects.create_user("gil@example.org", "a-long-password-for-tests", is_staff=True)


@pytest.fixture
def payment(card: DisputeDesk) -> Payment:
    payment = card.credited(ABOVE)
    card.apply(payment, told_of(payment))
    return payment


@pytest.fixture
def waiting(card: DisputeDesk, payment: Payment, fanny: User) -> Dispute:
    return disputes.request_acceptance(card.dispute.pk, reason=WHY, by=fanny, at=card.at)


def told_to_accept() -> int:
    return Job.objects.filter(kind="payments.accept_dispute").count()


def steps(dispute: Dispute) -> list[str]:
    return [step.name for step in selectors.history_of_dispute(dispute)]


def test_above_the_threshold_nothing_is_told_before_somebody_else_agrees(
    card: DisputeDesk, waiting: Dispute, fanny: User
) -> None:
    again = disputes.request_acceptance(waiting.pk, reason="encore", by=fanny, at=card.at)

    approval = Approval.objects.get()
    assert (approval.asked_by, approval.reason, approval.state) == (fanny, WHY, ApprovalState.ASKED)
    assert "201,00" in approval.summary
    assert again.accept_approval == approval
    assert disputes.follow_decisions(at=card.at) == 0
    assert (card.dispute.accept_asked_at, told_to_accept()) == (None, 0)


def test_at_the_threshold_one_person_is_enough(card: DisputeDesk, fanny: User) -> None:
    payment = card.credited(ABOVE - 1)
    card.apply(payment, told_of(payment))

    asked = disputes.request_acceptance(card.dispute.pk, reason=WHY, by=fanny, at=card.at)

    assert (asked.accepted_by, Approval.objects.count(), told_to_accept()) == (fanny, 0, 1)


def test_the_threshold_is_that_of_refunds(card: DisputeDesk, payment: Payment, settings: Settings) -> None:
    settings.REFUND_APPROVAL_CENTS = ABOVE * 100

    assert not disputes.needs_two_people(card.dispute)
    assert disputes.needs_two_people(card.apply(payment, told_of(payment, currency="JPY")))


def test_what_was_approved_is_told_once_in_the_name_of_who_asked(
    card: DisputeDesk, waiting: Dispute, fanny: User, gil: User
) -> None:
    with pytest.raises(accounts.OwnRequest):
        accounts.approve(Approval.objects.get().pk, by=fanny, at=card.at)
    accounts.approve(Approval.objects.get().pk, by=gil, at=card.at)

    assert disputes.follow_decisions(at=card.at) == 1
    assert disputes.follow_decisions(at=card.at) == 0
    disputes.follow_acceptance(waiting.pk, at=card.at)

    assert (card.dispute.accepted_by, card.dispute.accept_asked_at, told_to_accept()) == (fanny, card.at, 1)
    assert Approval.objects.get().state == ApprovalState.USED


@pytest.mark.django_db(transaction=True)
def test_the_second_persons_word_is_heard_at_once(card: DisputeDesk, waiting: Dispute, gil: User) -> None:
    accounts.approve(Approval.objects.get().pk, by=gil, at=card.at)

    assert told_to_accept() == 1


def test_what_was_refused_is_not_told_and_may_be_asked_again(
    card: DisputeDesk, waiting: Dispute, fanny: User, gil: User
) -> None:
    accounts.refuse(Approval.objects.get().pk, by=gil, at=card.at, note="Répondons.")

    disputes.follow_decisions(at=card.at)

    assert (card.dispute.accept_approval, told_to_accept()) == (None, 0)
    assert "giving in not approved" in steps(waiting)
    assert disputes.request_acceptance(waiting.pk, reason=WHY, by=fanny, at=card.at).accept_approval is not None


def test_what_nobody_decided_in_time_is_dropped(card: DisputeDesk, waiting: Dispute) -> None:
    late = Approval.objects.get().expires_at
    accounts.expire_approvals(at=late)

    disputes.sweep_disputes(at=late + timedelta(seconds=1))

    assert (card.dispute.accept_approval, told_to_accept()) == (None, 0)


def test_another_amount_than_was_approved_is_not_given_in_to(
    card: DisputeDesk, payment: Payment, waiting: Dispute, fanny: User, gil: User
) -> None:
    accounts.approve(Approval.objects.get().pk, by=gil, at=card.at)
    card.apply(payment, told_of(payment, amount=card.dispute.amount + card.dispute.amount))

    disputes.follow_decisions(at=card.at)

    assert (card.dispute.accept_asked_at, told_to_accept()) == (None, 0)
    assert Approval.objects.get().state == ApprovalState.WITHDRAWN
    asked = disputes.request_acceptance(waiting.pk, reason=WHY, by=fanny, at=card.at)
    assert asked.accept_approval is not None


def test_evidence_that_is_sent_instead_ends_the_question(
    card: DisputeDesk, waiting: Dispute, fanny: User, gil: User
) -> None:
    disputes.request_evidence(waiting.pk, by=fanny, at=card.at)

    assert Approval.objects.get().state == ApprovalState.WITHDRAWN
    with pytest.raises(accounts.AlreadyDecided):
        accounts.approve(Approval.objects.get().pk, by=gil, at=card.at)
    assert disputes.follow_decisions(at=card.at) == 0
    assert card.dispute.accept_approval is None


def test_a_decision_of_the_provider_ends_the_question(card: DisputeDesk, payment: Payment, waiting: Dispute) -> None:
    card.apply(payment, told_of(payment, DisputeState.WON))

    disputes.sweep_disputes(at=card.at)

    assert (card.dispute.status, card.dispute.accept_approval) == (DisputeStatus.WON, None)
    assert Approval.objects.get().state == ApprovalState.WITHDRAWN


def test_what_the_provider_refuses_takes_two_people_again(card: DisputeDesk, fanny: User, gil: User) -> None:
    card.contest(card.pay(ABOVE))
    card.hear()
    disputes.request_acceptance(card.dispute.pk, reason=WHY, by=fanny, at=card.at)
    accounts.approve(Approval.objects.get().pk, by=gil, at=card.at)
    disputes.follow_decisions(at=card.at)
    card.bank.fail("status", status=400, path="/close", method="POST", times=3)

    while outbox.run_due(at=card.at, kinds=("payments.accept_dispute",)):
        pass

    assert (card.dispute.status, card.dispute.accept_asked_at) == (DisputeStatus.OPENED, None)
    assert disputes.follow_decisions(at=card.at) == 0
    assert "giving in not approved" not in steps(card.dispute)
    asked = disputes.request_acceptance(card.dispute.pk, reason=WHY, by=fanny, at=card.at)
    assert (asked.accept_asked_at, Approval.objects.filter(state=ApprovalState.ASKED).count()) == (None, 1)
