"""Refunds that two people must want."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from accounts import services as accounts
from accounts.models import Approval, ApprovalState
from core.clock import local_date
from core.money import Money
from ledger import services as books
from outbox.models import Job
from payments import services
from payments.models import Payment, Refund, RefundStatus
from payments.tests.refund_desk import THRESHOLD, RefundDesk, broken


@pytest.fixture
def waiting(refunds: RefundDesk) -> Refund:
    return refunds.ask(refunds.paid(30_000), THRESHOLD + 1)


def test_above_the_threshold_the_money_waits_for_a_second_person(refunds: RefundDesk, waiting: Refund) -> None:
    assert (waiting.status, refunds.available) == (RefundStatus.WAITING, 30_000 - THRESHOLD - 1)
    approval = Approval.objects.get()
    assert (approval.asked_by, approval.reason) == (refunds.fanny, "Elle s’est trompée.")
    assert "200,01" in approval.summary
    assert refunds.send(waiting).status == RefundStatus.WAITING
    assert refunds.given_back == 0


def test_at_the_threshold_one_person_is_enough(refunds: RefundDesk) -> None:
    assert refunds.ask(refunds.paid(30_000), THRESHOLD).approval is None


def test_many_small_refunds_of_one_customer_in_a_day_count_together(refunds: RefundDesk) -> None:
    payment = refunds.paid(50_000)

    assert refunds.refund(payment, 15_000).approval is None
    assert refunds.ask(payment, 5_001).status == RefundStatus.WAITING
    assert refunds.ask(payment, 5_000).status == RefundStatus.ASKED


def test_what_a_second_person_approved_is_sent_once(refunds: RefundDesk, waiting: Refund) -> None:
    approved = refunds.approve(waiting)
    assert approved.status == RefundStatus.ASKED
    assert services.follow_approval(waiting.pk, at=refunds.desk.at).status == RefundStatus.ASKED

    done = refunds.send(waiting)

    assert (done.status, refunds.given_back) == (RefundStatus.COMPLETED, THRESHOLD + 1)
    assert Approval.objects.get().state == ApprovalState.USED
    assert broken() == []


def test_who_asked_does_not_approve(refunds: RefundDesk, waiting: Refund) -> None:
    with pytest.raises(accounts.OwnRequest):
        accounts.approve(waiting.approval_id or 0, by=refunds.fanny, at=refunds.desk.at)


def test_what_is_refused_leaves_the_money_on_the_account(refunds: RefundDesk, waiting: Refund) -> None:
    assert refunds.refuse(waiting).status == RefundStatus.CANCELLED
    assert refunds.available == 30_000


def test_nobody_approves_what_was_given_up(refunds: RefundDesk, waiting: Refund) -> None:
    refunds.cancel(waiting)

    assert Approval.objects.get().state == ApprovalState.WITHDRAWN
    with pytest.raises(accounts.AlreadyDecided):
        accounts.approve(waiting.approval_id or 0, by=refunds.gil, at=refunds.desk.at)


@pytest.mark.parametrize("decided", [True, False])
def test_what_nobody_decided_or_used_in_time_is_given_up(
    refunds: RefundDesk, waiting: Refund, *, decided: bool
) -> None:
    late = refunds.desk.at + timedelta(days=8)
    if decided:
        accounts.approve(waiting.approval_id or 0, by=refunds.gil, at=refunds.desk.at)
    accounts.expire_approvals(at=late)

    given_up = services.advance_refund(waiting.pk, gateway=refunds.desk.gateway, at=late)

    assert (given_up.status, refunds.available) == (RefundStatus.CANCELLED, 30_000)


def test_the_decision_is_followed_at_once_and_the_sweeper_follows_it_too(
    refunds: RefundDesk, waiting: Refund, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        accounts.approve(waiting.approval_id or 0, by=refunds.gil, at=refunds.desk.at)
    assert Job.objects.filter(kind="payments.advance_refund").count() == 1

    Job.objects.filter(kind="payments.advance_refund").delete()
    assert services.sweep_refunds(at=refunds.desk.at + timedelta(minutes=6)) == 1


def test_a_wait_whose_money_was_taken_by_somebody_else_ends(refunds: RefundDesk, waiting: Refund) -> None:
    refunds.given_back_elsewhere(waiting.payment, 30_000)

    ended = refunds.send(waiting)

    assert ended.status == RefundStatus.CANCELLED
    assert Approval.objects.get().state == ApprovalState.WITHDRAWN
    assert broken() == []


def debited(refunds: RefundDesk, cents: int) -> Payment:
    """A payment that was collected from a bank account."""
    desk, template = refunds.desk, refunds.paid(1_000)
    received = books.receive_money(
        desk.customer.pk,
        Money(cents),
        source=books.Source(books.Origin.DIRECT_DEBIT, "pi_debit", "stripe:pi_debit"),
        clearing_account="517100",
        journal=books.Journal.DIRECT_DEBIT,
        label="Prélèvement",
        piece_ref="pi_debit",
        piece_date=local_date(desk.at),
        key="stripe:pi_debit:credit",
        at=desk.at,
    )
    template.pk, template.public_id, template.session_id, template.intent_id = None, uuid4(), "", "pi_debit"
    template.received_cents, template.tx_id, template.fee_cents, template.fee_tx_id = cents, received.tx_id, 0, None
    template.save()
    return template


def test_a_direct_debit_goes_back_early_only_if_two_want_it(refunds: RefundDesk) -> None:
    """Its payer may still have his bank take it back: it would be paid back twice (CMF art. L133-25-1)."""
    payment = debited(refunds, 5_000)
    at = refunds.desk.at
    last_day = at + timedelta(weeks=8, days=-1)

    for moment, status in ((at, "WAITING"), (last_day, "WAITING"), (last_day + timedelta(days=1), "ASKED")):
        refund = services.request_refund(refunds.wish(payment, 100), at=moment)
        assert refund.status == status


def test_the_reason_is_kept_on_the_refund(refunds: RefundDesk) -> None:
    refund = refunds.ask(refunds.paid(), 100, reason="Geste")

    assert (Refund.objects.get().reason, refund.amount) == ("Geste", Money(100))
