"""Refunds that staff ask for: what may go back, what is booked, what is told, and every ending."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from core.money import Money
from ledger import selectors as ledger
from ledger import services as books
from outbox.models import Job, Message
from payments import selectors, services
from payments.gateways.base import RefundState
from payments.models import BegunBy, Refund, RefundStatus, WebhookEvent
from payments.selectors import Limit
from payments.services import NotRefundable, Overtaken
from payments.tests.refund_desk import CARD_SENDS_IT_BACK, CARD_TAKES_ITS_TIME, RefundDesk, broken

LATER = timedelta(minutes=10)


def mails(kind: str) -> list[Message]:
    return list(Message.objects.filter(kind=kind).order_by("pk"))


# --- Asked, sent, booked ----------------------------------------------------------------------------------------------
def test_money_asked_back_is_held_until_the_provider_moved_it(refunds: RefundDesk) -> None:
    payment = refunds.paid(10_000)

    asked = refunds.ask(payment, 4_000)
    assert (asked.status, refunds.balance, refunds.available) == (RefundStatus.ASKED, 10_000, 6_000)
    assert Job.objects.get(kind="payments.advance_refund").payload == {"refund_id": asked.pk}

    done = refunds.send(asked)
    assert (done.status, refunds.balance, refunds.available) == (RefundStatus.COMPLETED, 6_000, 6_000)
    assert refunds.given_back == 4_000
    assert broken() == []


def test_the_posting_bears_the_providers_id_and_the_fee_stays(refunds: RefundDesk) -> None:
    payment = refunds.paid(10_000)
    fees = ledger.account_balance("627800")

    refund = refunds.refund(payment, 4_000)

    tx = refund.tx
    assert tx is not None
    assert (tx.key, tx.journal, tx.piece_ref) == (f"stripe:{refund.object_id}:refund", "CB", refund.object_id)
    assert tx.label == f"Remboursement de {payment.reference} vers Visa •• 4242"
    [line] = [row for row in ledger.statement_page(payment.customer_id).rows if row.kind == "REFUND"]
    assert (line.debit, line.balance_after) == (Money(4_000), Money(6_000))
    assert ledger.account_balance("627800") == fees


def test_several_parts_go_back_and_never_more_than_was_received(refunds: RefundDesk) -> None:
    payment = refunds.paid(10_000)
    refunds.refund(payment, 2_500)
    refunds.refund(payment, 2_500)

    with pytest.raises(NotRefundable) as refusal:
        refunds.ask(payment, 5_001)
    assert refusal.value.most == Money(5_000)
    refunds.refund(payment, 5_000)

    assert (refunds.balance, refunds.given_back) == (0, 10_000)
    with pytest.raises(NotRefundable):
        refunds.ask(payment, 1)
    assert broken() == []


def test_the_customer_is_written_to_once_with_the_usual_delay(refunds: RefundDesk) -> None:
    payment = refunds.paid(card=CARD_TAKES_ITS_TIME)
    refund = refunds.refund(payment, 4_000)
    refunds.desk.bank.control(f"refunds/{refund.object_id}/succeed")
    refunds.look_again(refund)
    refunds.look(payment)

    [mail] = mails("refund.sent")
    assert "40,00" in mail.subject
    assert "5 à 10 jours ouvrés" in mail.text
    assert refund.reference in mail.text
    assert mails("refund.failed") == []


# --- What bounds it ---------------------------------------------------------------------------------------------------
def test_what_was_used_is_not_refundable(refunds: RefundDesk) -> None:
    payment = refunds.paid(10_000)
    refunds.owe(6_000)

    with pytest.raises(NotRefundable) as refusal:
        refunds.ask(payment, 7_000)

    assert (refusal.value.most, refusal.value.why) == (Money(4_000), Limit.LOT)
    assert Refund.objects.count() == 0


def test_money_reserved_otherwise_is_not_refundable(refunds: RefundDesk) -> None:
    payment = refunds.paid(10_000)
    customer = payment.customer_id
    books.hold_outgoing(customer, Money(9_000), key="order", reason="order", at=refunds.desk.at)

    with pytest.raises(NotRefundable) as refusal:
        refunds.ask(payment, 2_000)

    assert (refusal.value.most, refusal.value.why) == (Money(1_000), Limit.AVAILABLE)


def test_overdue_documents_come_first(refunds: RefundDesk) -> None:
    payment = refunds.paid(10_000)
    refunds.owe(3_000, due_in=-10, settles_by_itself=False)

    [offered] = selectors.refundable_lots(payment.customer, at=refunds.desk.at)
    assert (offered.most, offered.why) == (Money(7_000), Limit.OVERDUE)
    with pytest.raises(NotRefundable):
        refunds.ask(payment, 7_001)
    assert refunds.ask(payment, 7_000).status == RefundStatus.ASKED


def test_money_that_came_otherwise_is_not_sent_back_here(refunds: RefundDesk) -> None:
    received = books.receive_money(
        refunds.desk.customer.pk,
        Money(5_000),
        source=books.Source(books.Origin.TRANSFER, "VIR 1", ""),
        clearing_account="512000",
        journal=books.Journal.BANK,
        label="Virement",
        piece_ref="VIR 1",
        piece_date=refunds.desk.at.date(),
        key="transfer",
        at=refunds.desk.at,
    )
    wish = services.RefundWish(received.lot_id, Money(1), "Trop payé.", refunds.fanny)

    with pytest.raises(NotRefundable) as refusal:
        services.request_refund(wish, at=refunds.desk.at)

    assert refusal.value.why == Limit.ELSEWHERE


def test_an_invoice_that_arrives_meanwhile_is_not_paid_with_held_money(refunds: RefundDesk) -> None:
    payment = refunds.paid(10_000)
    refund = refunds.ask(payment, 10_000)
    refunds.owe(3_600)
    assert refunds.balance == 6_400

    refunds.cancel(refund)

    assert (refunds.balance, refunds.available) == (6_400, 6_400)  # what was held pays it
    assert broken() == []


# --- Twice is once ----------------------------------------------------------------------------------------------------
def test_the_same_request_twice_is_one_refund(refunds: RefundDesk) -> None:
    payment, request = refunds.paid(), uuid4()

    first = refunds.ask(payment, 4_000, request_id=request)
    again = refunds.ask(payment, 4_000, request_id=request)
    refunds.send(first)
    refunds.send(again)
    refunds.ask(payment, 4_000, request_id=request)

    assert (Refund.objects.count(), refunds.given_back) == (1, 4_000)


def test_who_did_not_see_the_refund_of_a_colleague_is_told_of_it(refunds: RefundDesk) -> None:
    payment = refunds.paid()
    first = refunds.refund(payment, 4_000)

    with pytest.raises(Overtaken) as told:
        refunds.ask(payment, 4_000, seen=0)

    assert told.value.last == first
    assert refunds.ask(payment, 4_000, seen=1).status == RefundStatus.ASKED


def test_news_of_our_own_refund_before_its_answer_books_it_once(refunds: RefundDesk) -> None:
    payment = refunds.paid()
    refund = refunds.lost(payment)

    [told] = refunds.look(payment)
    refunds.look_again(refund)

    assert told == refund
    assert (told.status, told.begun_by) == (RefundStatus.COMPLETED, BegunBy.STAFF)
    assert (refunds.balance, Refund.objects.count()) == (6_000, 1)
    assert broken() == []


# --- No answer --------------------------------------------------------------------------------------------------------
def test_a_lost_answer_is_in_doubt_and_then_found_without_a_second_call(refunds: RefundDesk) -> None:
    refund = refunds.lost(refunds.paid())
    assert (refund.status, refunds.available) == (RefundStatus.UNKNOWN, 6_000)

    found = refunds.look_again(refund, later=LATER)

    assert found.status == RefundStatus.COMPLETED
    assert refunds.given_back == 4_000


def test_a_provider_that_never_heard_of_it_is_asked_once_more_with_the_same_key(refunds: RefundDesk) -> None:
    refund = refunds.silent(refunds.paid())

    sent = refunds.look_again(refund, later=LATER)

    assert (sent.status, refunds.given_back) == (RefundStatus.COMPLETED, 4_000)


def test_an_error_kept_under_the_key_ends_as_failed_after_some_questions(refunds: RefundDesk) -> None:
    payment = refunds.paid()
    refunds.desk.bank.fail("status", status=500, path="/v1/refunds", method="POST", times=2)
    refund = refunds.refund(payment)

    for _ in range(4):
        refund = refunds.look_again(refund, later=LATER)

    assert (refund.status, refunds.given_back) == (RefundStatus.FAILED, 0)
    assert (refunds.balance, refunds.available) == (10_000, 10_000)
    assert list(selectors.failed_refunds()) == [refund]
    services.look_after(refund.pk, by=refunds.gil, at=refunds.desk.at)
    assert list(selectors.failed_refunds()) == []


def test_a_silent_provider_is_asked_after_five_minutes_an_hour_a_day_then_each_day(refunds: RefundDesk) -> None:
    refund = refunds.lost(refunds.paid())
    refunds.desk.silence()
    rungs = [timedelta(seconds=20)]  # staff who look meanwhile do not climb the ladder

    for _ in range(5):
        refund = refunds.look_again(refund, later=rungs[-1])
        rungs.append((refund.ask_at or refunds.desk.at) - refunds.desk.at)

    assert [rung.total_seconds() / 3600 for rung in rungs[1:]] == [300 / 3600, 1, 24, 48, 72]
    assert refund.status == RefundStatus.UNKNOWN
    refunds.desk.bank.calm()


def test_a_process_that_died_before_sending_is_made_up_for_by_the_sweeper(refunds: RefundDesk) -> None:
    refund = refunds.ask(refunds.paid())
    Job.objects.filter(kind="payments.advance_refund").delete()

    assert services.sweep_refunds(at=refunds.desk.at) == 0
    assert services.sweep_refunds(at=refunds.desk.at + LATER) == 1

    assert Job.objects.get(kind="payments.advance_refund").payload == {"refund_id": refund.pk}


def test_an_answer_that_does_not_fit_moves_nothing(refunds: RefundDesk) -> None:
    for wrong in ({"amount": Money(3_999)}, {"currency": "USD"}, {"intent_id": "pi_other"}):
        refund = refunds.claimed(refunds.paid())
        told = refunds.told(refund, RefundState.COMPLETED, **wrong)
        assert (told.status, told.tx_id) == (RefundStatus.UNKNOWN, None)


# --- It fails ---------------------------------------------------------------------------------------------------------
def test_a_refused_refund_leaves_the_money_where_it_is_and_writes_to_nobody(refunds: RefundDesk) -> None:
    payment = refunds.paid()
    refunds.desk.bank.control(f"dispute/{payment.intent_id}")

    refund = refunds.refund(payment)

    assert (refund.status, refund.failure_code) == (RefundStatus.FAILED, "charge_disputed")
    assert (refunds.balance, refunds.available) == (10_000, 10_000)
    assert mails("refund.sent") + mails("refund.failed") == []


def test_a_refund_that_comes_back_later_pays_what_is_due_and_the_customer_is_told(refunds: RefundDesk) -> None:
    payment = refunds.paid(card=CARD_SENDS_IT_BACK)
    refund = refunds.refund(payment, 10_000)
    refunds.owe(3_000)
    refunds.desk.bank.control(f"refunds/{refund.object_id}/fail")

    refunds.look(payment)
    refunds.look(payment)

    refund.refresh_from_db()
    assert (refund.status, refund.failure_code) == (RefundStatus.FAILED, "lost_or_stolen_card")
    assert (refunds.balance, refunds.prepaid, refunds.given_back) == (7_000, 7_000, 0)
    assert len(mails("refund.failed")) == 1
    assert broken() == []


def test_what_came_back_may_be_given_back_again(refunds: RefundDesk) -> None:
    payment = refunds.paid(card=CARD_SENDS_IT_BACK)
    first = refunds.refund(payment, 10_000)
    refunds.desk.bank.control(f"refunds/{first.object_id}/fail")
    refunds.look(payment)

    again = refunds.refund(payment, 10_000)

    assert (again.status, refunds.balance) == (RefundStatus.COMPLETED, 0)
    assert broken() == []


def test_an_old_answer_does_not_undo_a_failure(refunds: RefundDesk) -> None:
    payment = refunds.paid(card=CARD_SENDS_IT_BACK)
    refund = refunds.refund(payment)
    old = refunds.telling(refund, RefundState.COMPLETED)
    refunds.desk.bank.control(f"refunds/{refund.object_id}/fail")
    refunds.look(payment)

    services.apply_refund(refund.pk, old, at=refunds.desk.at)

    assert (Refund.objects.get().status, refunds.balance) == (RefundStatus.FAILED, 10_000)


def test_an_old_answer_does_not_make_a_completed_refund_pending(refunds: RefundDesk) -> None:
    refund = refunds.refund(refunds.paid())

    assert refunds.told(refund, RefundState.PENDING).status == RefundStatus.COMPLETED


# --- A fee that is returned -------------------------------------------------------------------------------------------
def test_a_fee_that_the_provider_returns_is_booked(refunds: RefundDesk) -> None:
    refund = refunds.claimed(refunds.paid())
    fees = ledger.account_balance("627800")

    refunds.told(refund, RefundState.COMPLETED, fee_back=Money(25))

    assert ledger.account_balance("627800") == fees - Money(25)
    assert broken() == []


# --- Out of money that must be given back -----------------------------------------------------------------------------
def kept(refunds: RefundDesk, cents: int) -> tuple[int, str]:
    """A credit note freed so much of the lot, and it is held for its return."""
    lot = ledger.lots_of(refunds.desk.customer.pk)[0]
    key = f"credit_note:AV2026-000001:{lot.id}"
    books.hold_outgoing(
        refunds.desk.customer.pk, Money(cents), key=key, reason="kept", at=refunds.desk.at, lot_id=lot.id
    )
    return lot.id, key


def test_money_kept_for_its_return_goes_back_and_pays_nothing_else(refunds: RefundDesk) -> None:
    payment = refunds.paid(10_000)
    _lot, key = kept(refunds, 10_000)
    refunds.owe(2_000, due_in=-5)

    with pytest.raises(NotRefundable):
        refunds.ask(payment, 10_000)
    refund = refunds.refund(payment, 6_000, of_hold=key)

    assert refund.status == RefundStatus.COMPLETED
    assert refunds.available == 0
    assert [each.amount for each in ledger.held_lots(refunds.desk.customer.pk, "credit_note:AV2026-000001")] == [
        Money(4_000)
    ]
    assert broken() == []


def test_no_more_goes_back_than_is_kept(refunds: RefundDesk) -> None:
    payment = refunds.paid(10_000)
    _lot, key = kept(refunds, 3_000)

    with pytest.raises(NotRefundable) as refusal:
        refunds.ask(payment, 3_001, of_hold=key)

    assert (refusal.value.most, refusal.value.why) == (Money(3_000), Limit.KEPT)


@pytest.mark.parametrize("after", ["refused", "cancelled", "came back"])
def test_when_it_fails_the_money_is_kept_again(refunds: RefundDesk, after: str) -> None:
    payment = refunds.paid(10_000, card=CARD_SENDS_IT_BACK)
    _lot, key = kept(refunds, 10_000)
    refunds.owe(2_000)
    refund = refunds.ask(payment, 10_000, of_hold=key)
    if after == "refused":
        refunds.desk.bank.control(f"dispute/{payment.intent_id}")
        refunds.send(refund)
    elif after == "cancelled":
        refunds.cancel(refund)
    else:
        refund = refunds.send(refund)
        refunds.desk.bank.control(f"refunds/{refund.object_id}/fail")
        refunds.look(payment)

    assert refunds.available == 0
    [again] = ledger.held_lots(refunds.desk.customer.pk, "credit_note:AV2026-000001")
    assert again.amount == Money(10_000)
    assert broken() == []
    assert refunds.ask(payment, 10_000, of_hold=again.key).status == RefundStatus.ASKED


# --- Disputes ---------------------------------------------------------------------------------------------------------
def test_nothing_is_refunded_while_a_dispute_is_open_and_what_was_asked_does_not_leave(refunds: RefundDesk) -> None:
    disputed, other = refunds.paid(10_000), refunds.paid(5_000)
    asked = refunds.ask(other, 1_000)
    refunds.desk.bank.control(f"dispute/{disputed.intent_id}")
    services.catch_up(gateway=refunds.desk.gateway, at=refunds.desk.at)
    for event in WebhookEvent.objects.filter(type__startswith="charge.dispute", state="RECEIVED").order_by("pk"):
        services.apply_event(event.pk, gateway=refunds.desk.gateway, at=refunds.desk.at)

    with pytest.raises(NotRefundable) as refusal:
        refunds.ask(other, 1_000)
    sent = refunds.send(asked)

    assert refusal.value.why == Limit.DISPUTED
    assert (sent.status, refunds.given_back) == (RefundStatus.CANCELLED, 0)
