"""Automatic debits, from the agreement to the money, through the real gateways and the sandbox."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core.money import Money
from ledger import services as ledger
from outbox.models import Job
from outbox.services import run_due
from payments import selectors
from payments.models import (
    CollectingEvent,
    Debit,
    DebitState,
    EndedWhy,
    MethodState,
    PaymentStatus,
    Reason,
    SavedMethod,
)
from payments.services import collecting
from payments.services.disputes.looking import find_untold
from payments.services.waking import REVIEW_CUSTOMER
from payments.tests.debit_desk import DebitDesk, state_of
from payments.tests.drawer import MASTERCARD
from payments.wiring import gateway_for
from tests.support.bank import ASKING_CARD


@pytest.mark.parametrize("drawer", ["card", "paypal"], indirect=True)
def test_what_is_due_is_announced_then_debited_on_its_day(debits: DebitDesk) -> None:
    debits.save()
    debits.owe(4_680, in_days=10)
    debits.turn_on()

    debit = Debit.objects.get()
    assert (debit.announced_cents, debit.collect_on) == (4_680, debits.today + timedelta(days=10))
    assert (debit.announced_at, len(debits.mails("debit.upcoming"))) == (debits.at, 1)

    debits.wait(9)
    assert debits.collect().started == 0
    debits.wait(1)
    done = debits.collect()

    assert (done.started, done.total, done.left) == (1, Money(4_680), 0)
    debit.refresh_from_db()
    assert (debit.state, debit.collected_cents, debit.collected_on) == (DebitState.CLOSED, 4_680, debits.today)
    assert (debits.balance(), debits.taken()) == (Money(0), 4_680)
    assert len(debits.mails("debit.collected")) == 1
    assert debits.mails("topup.succeeded") == []
    assert debits.collect().started == 0


def test_nothing_is_planned_without_agreement_or_for_nothing(debits: DebitDesk) -> None:
    debits.save()
    debits.owe()
    assert debits.plan() == 0

    debits.turn_on()
    collecting.turn_off(debits.drawer.customer, at=debits.at)

    assert Debit.objects.get().ended_why == EndedWhy.OFF
    assert debits.plan() == 0
    assert list(CollectingEvent.objects.values_list("name", flat=True)) == ["turned on", "turned off"]
    debits.drawer.remove(Debit.objects.get().method)
    with pytest.raises(collecting.NotCollectable):
        debits.turn_on()


def test_a_public_body_is_never_debited_even_under_an_earlier_agreement(debits: DebitDesk) -> None:
    debits.save()
    debits.turn_on()
    customer = debits.drawer.customer
    type(customer).objects.filter(pk=customer.pk).update(kind="PUBLIC", siret="13002526500013")
    debits.owe()

    assert debits.plan() == 0

    assert not Debit.objects.exists()


def test_an_invoice_has_its_debit_announced_as_soon_as_it_is_issued(
    debits: DebitDesk, django_capture_on_commit_callbacks: Any
) -> None:
    debits.save()
    debits.turn_on()
    with django_capture_on_commit_callbacks(execute=True):
        debits.owe()

    [asked] = Job.objects.filter(kind=REVIEW_CUSTOMER).exclude(key__contains=":saved:")
    assert asked.payload == {"customer_id": debits.customer_id}
    assert run_due(at=debits.at, kinds=(REVIEW_CUSTOMER,))
    assert Debit.objects.get().announced_cents == 4_680


def test_planning_twice_plans_once_and_each_due_date_has_its_debit(debits: DebitDesk) -> None:
    debits.planned()
    debits.owe(2_000, in_days=20)

    assert (debits.plan(), debits.plan()) == (1, 0)
    assert [each.announced_cents for each in selectors.standing_debits(debits.customer_id)] == [4_680, 2_000]


def test_a_debit_is_never_begun_before_its_notice_has_run(debits: DebitDesk) -> None:
    debits.save()
    debits.owe(in_days=-20)
    debits.turn_on()

    assert Debit.objects.get().collect_on == debits.today + timedelta(days=3)


def test_a_card_is_debited_earlier_only_where_its_holder_agreed(debits: DebitDesk) -> None:
    debits.save()
    debits.owe(in_days=20)
    debits.turn_on(cards_days_before=7)

    assert Debit.objects.get().collect_on == debits.today + timedelta(days=13)


def test_one_more_invoice_of_the_same_day_is_announced_again(debits: DebitDesk) -> None:
    debit = debits.planned()
    debits.wait(1)
    debits.owe(1_000, in_days=9)

    assert debits.plan() == 1
    debit.refresh_from_db()
    assert (debit.announced_cents, debit.collect_on) == (5_680, debits.today + timedelta(days=9))
    assert len(debits.mails("debit.upcoming")) == 2


def test_too_late_for_a_notice_the_rest_is_a_debit_of_its_own(debits: DebitDesk) -> None:
    debit = debits.planned()
    debits.wait(8)
    debits.owe(1_000, in_days=2)
    assert debits.plan() == 0
    debits.day_of(debit)
    debits.collect()

    assert debits.taken() == 4_680
    assert debits.plan() == 1
    assert selectors.standing_debits(debits.customer_id).get().announced_cents == 1_000


def test_a_transfer_before_the_day_lowers_the_debit(debits: DebitDesk) -> None:
    debit = debits.planned()
    debits.receive(2_000)
    debits.day_of(debit)

    debits.collect()

    debit.refresh_from_db()
    assert (debit.collected_cents, debits.taken(), debits.balance()) == (2_680, 2_680, Money(0))


def test_a_transfer_of_it_all_cancels_the_debit_and_says_so(debits: DebitDesk) -> None:
    debit = debits.planned()
    debits.wait(1)
    debits.receive(4_680)

    assert collecting.review(at=debits.at) == 1
    debit.refresh_from_db()
    assert (debit.state, debit.ended_why) == (DebitState.CANCELLED, EndedWhy.PAID)
    debits.wait(9)
    assert (debits.collect().started, debits.taken()) == (0, 0)


def test_money_on_its_way_in_is_not_collected_a_second_time(debits: DebitDesk) -> None:
    debit = debits.planned()
    ledger.hold_incoming(debits.customer_id, Money(4_000), key="transfer", reason="transfer", at=debits.at)
    debits.day_of(debit)

    debits.collect()

    debit.refresh_from_db()
    assert debit.collected_cents == 680


def test_what_is_too_little_for_a_debit_waits_for_the_next_invoice(debits: DebitDesk) -> None:
    debits.save()
    debits.owe(49)
    debits.turn_on()
    assert not Debit.objects.exists()

    debits.owe(500, in_days=30)
    debits.plan()

    assert Debit.objects.get().announced_cents == 549


def test_a_contested_payment_stops_debits(debits: DebitDesk) -> None:
    debit = debits.planned()
    contest(debits)
    debits.day_of(debit)

    debits.collect()

    debit.refresh_from_db()
    assert (debit.ended_why, debits.plan()) == (EndedWhy.DISPUTED, 0)


def contest(debits: DebitDesk) -> None:
    """The customer's bank contests a top-up of before."""
    payment = debits.drawer.paid(debits.drawer.pay(1_000))
    debits.drawer.bank.control(f"dispute/{payment.charge_id}")
    find_untold("STRIPE", gateway=gateway_for("STRIPE"), at=debits.at)


def test_an_open_page_is_closed_before_a_debit_begins(debits: DebitDesk) -> None:
    debit = debits.planned()
    debits.day_of(debit)
    page = debits.drawer.pay(4_680)
    debits.collect()

    page.refresh_from_db()
    assert page.status == PaymentStatus.ABANDONED
    assert (state_of(debit), debits.taken()) == (DebitState.CLOSED, 4_680)


def test_a_page_paid_meanwhile_leaves_nothing_to_debit(debits: DebitDesk) -> None:
    debit = debits.planned()
    debits.day_of(debit)
    page = debits.drawer.pay(4_680)
    debits.drawer.bank.pay(page.session_id)

    debits.collect()

    debit.refresh_from_db()
    assert (debit.state, debit.ended_why) == (DebitState.CANCELLED, EndedWhy.PAID)
    assert (debits.taken(), debits.balance()) == (4_680, Money(0))


def test_a_soft_refusal_is_tried_again_by_the_ladder_then_given_up(debits: DebitDesk) -> None:
    debit = debits.planned()
    debits.refuse(debit.method, "insufficient_funds")
    debits.day_of(debit)
    first = debits.today
    days = []
    while state_of(debit) in selectors.STANDING_STATES:
        debits.day_of(debit)
        days.append((debits.today - first).days)
        debits.collect()

    assert days == [0, 3, 5, 7]
    assert (debit.state, debit.ended_why, debits.taken()) == (DebitState.FAILED, EndedWhy.REFUSED, 0)
    assert (len(debits.mails("debit.failed")), len(debits.mails("debit.given_up"))) == (3, 1)
    assert debits.plan() == 0


def test_a_method_that_refuses_hands_over_to_the_next(debits: DebitDesk) -> None:
    debit = debits.planned()
    debits.refuse(debit.method, "stolen_card")
    good = debits.save(MASTERCARD)
    debits.day_of(debit)
    debits.collect()
    assert state_of(debit) == DebitState.WAITING
    assert (debit.method, debit.start_on) == (good, debits.today)
    assert SavedMethod.objects.get(state=MethodState.UNUSABLE).reason == Reason.BANK

    debits.collect()

    assert (state_of(debit), debits.taken()) == (DebitState.CLOSED, 4_680)
    assert "volée" not in " ".join(debits.mails("debit.failed"))


def test_a_bank_that_wants_to_hear_its_customer_is_answered_on_a_fresh_page(debits: DebitDesk) -> None:
    debit = debits.planned(card=ASKING_CARD)
    debits.day_of(debit)
    debits.collect()
    assert state_of(debit) == DebitState.ACTION
    assert len(debits.mails("debit.action")) == 1

    debits.drawer.paid(debits.drawer.pay(4_680))
    collecting.review(at=debits.at)

    assert (state_of(debit), debit.ended_why) == (DebitState.CANCELLED, EndedWhy.PAID)
    assert debits.taken() == 4_680


def test_nobody_confirms_and_the_debit_is_given_up(debits: DebitDesk) -> None:
    debit = debits.planned(card=ASKING_CARD)
    debits.day_of(debit)
    debits.collect()
    debits.wait(8)

    collecting.review(at=debits.at)

    assert (state_of(debit), debit.ended_why) == (DebitState.FAILED, EndedWhy.NO_ANSWER)


def test_a_method_removed_since_is_replaced_by_the_next_or_ends_the_debit(debits: DebitDesk) -> None:
    debit = debits.planned()
    other = debits.save(MASTERCARD)
    debits.drawer.remove(debit.method)
    collecting.review(at=debits.at)
    debit.refresh_from_db()
    assert (debit.method, debit.state) == (other, DebitState.ANNOUNCED)

    debits.drawer.remove(other)
    collecting.review(at=debits.at)

    assert (state_of(debit), debit.ended_why) == (DebitState.CANCELLED, EndedWhy.METHOD)


def test_a_customer_moves_a_debit_within_its_bounds(debits: DebitDesk) -> None:
    debit = debits.planned()
    later = debit.collect_on + timedelta(days=15)

    assert collecting.move_debit(debit.pk, later, at=debits.at).collect_on == later
    with pytest.raises(collecting.DayRefused):
        collecting.move_debit(debit.pk, later + timedelta(days=1), at=debits.at)
    debits.wait(24)
    with pytest.raises(collecting.TooLate):
        collecting.pay_otherwise(debit.pk, at=debits.at)


def test_a_debit_that_its_customer_declined_is_not_planned_again(debits: DebitDesk) -> None:
    debit = debits.planned()
    collecting.pay_otherwise(debit.pk, at=debits.at)

    assert (debits.plan(), debits.balance()) == (0, Money(-4_680))
    debits.wait(1)
    debits.turn_on()
    assert Debit.objects.count() == 2


def test_another_method_saved_after_a_failure_is_a_new_beginning(debits: DebitDesk) -> None:
    debit = debits.planned()
    debits.refuse(debit.method, "expired_card")
    debits.day_of(debit)
    debits.collect()
    assert (state_of(debit), debits.plan()) == (DebitState.FAILED, 0)
    debits.wait(hours=1)
    debits.save(MASTERCARD)

    assert debits.plan() == 1


def test_a_paused_customer_is_left_alone_until_the_day(debits: DebitDesk) -> None:
    debit = debits.planned()
    until = debit.collect_on + timedelta(days=5)
    collecting.pause(debits.drawer.customer, until=until, because="Litige", actor=None, at=debits.at)
    debits.day_of(debit)
    assert debits.collect().left == 1

    debits.wait(5)
    debits.collect()

    assert state_of(debit) == DebitState.CLOSED
