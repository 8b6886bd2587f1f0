from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from pytest_django.fixtures import Settings

from outbox.models import Job
from payments import services
from payments.gateways.base import PageState, Unsure
from payments.models import Payment, PaymentStatus
from payments.selectors import Truth, history_of, truth
from payments.services import asking
from payments.services.putting_off import KEY_LIFE, put_off
from payments.tests.desk import Desk, a_receipt

SILENCE = timedelta(seconds=300)


def test_a_lost_answer_is_unknown_and_the_page_is_found_again(desk: Desk) -> None:
    desk.bank.fail("drop", times=2, path="/v1/checkout/sessions", method="POST")
    payment = desk.start()
    assert payment.status == PaymentStatus.UNKNOWN
    assert truth(payment) == Truth.CHECKING

    desk.bank.calm()
    found = desk.ask(payment)

    assert found.status == PaymentStatus.OPEN
    assert found.checkout_url
    assert desk.bank.totals()["charges"] == 0


def test_a_call_that_never_arrived_is_made_again(desk: Desk) -> None:
    payment = desk.started_in_silence()

    assert desk.ask(payment).status == PaymentStatus.OPEN


def test_an_error_kept_under_the_key_ends_as_not_charged(desk: Desk) -> None:
    desk.bank.fail("status", status=500, path="/v1/checkout/sessions", method="POST")
    payment = desk.start()
    assert payment.status == PaymentStatus.UNKNOWN

    for turn in range(1, 4):
        payment = desk.ask(payment, later=turn * SILENCE)

    assert payment.status == PaymentStatus.ABANDONED
    assert truth(payment) == Truth.NOT_CHARGED


def test_after_a_day_a_page_is_looked_for_and_not_asked_for_again(desk: Desk) -> None:
    desk.bank.fail("drop", times=2, path="/v1/checkout/sessions", method="POST")
    lost = desk.start()
    desk.bank.calm()

    found = desk.ask(lost, later=timedelta(days=2))

    assert found.session_id
    assert [step.name for step in history_of(found)].count("page found open") == 1


def test_after_a_day_a_page_that_never_was_is_not_opened(desk: Desk) -> None:
    payment = desk.started_in_silence()

    assert desk.ask(payment, later=timedelta(days=2)).status == PaymentStatus.ABANDONED


def test_a_hint_counts_only_for_its_own_payment(desk: Desk) -> None:
    other = desk.pay(desk.start(9_900))
    desk.ask(other)
    payment = desk.started_in_silence()

    asked = services.ask(payment.pk, gateway=desk.gateway, at=desk.at, hint=other.session_id)

    assert asked.status == PaymentStatus.UNKNOWN
    assert asked.session_id == ""


def test_a_hint_that_the_provider_does_not_know_concludes_nothing(desk: Desk) -> None:
    payment = desk.started_in_silence()

    asked = services.ask(payment.pk, gateway=desk.gateway, at=desk.at, hint="cs_nobody")

    assert asked.status == PaymentStatus.UNKNOWN


def test_the_ladder_is_five_minutes_an_hour_a_day_then_each_day(at: datetime) -> None:
    payment, moment, rungs = Payment(updated_at=at), at, []
    for _ in range(6):
        put_off(payment, at=moment)
        assert payment.ask_at is not None
        moment = payment.ask_at
        rungs.append(moment - at)

    hour, day = timedelta(hours=1), timedelta(days=1)
    assert rungs == [SILENCE, hour, day, 2 * day, 3 * day, 4 * day]


def test_the_ladder_is_a_setting(at: datetime, settings: Settings) -> None:
    settings.PAYMENT_SILENCE_SECONDS, settings.PAYMENT_LADDER_SECONDS = 10, [20, 50]
    payment = Payment(updated_at=at)

    put_off(payment, at=at + timedelta(seconds=60))

    assert payment.ask_at == at + timedelta(seconds=100)


def test_a_customer_who_looks_again_and_again_does_not_climb_the_ladder(desk: Desk) -> None:
    payment = desk.start()
    desk.silence()

    for seconds in (0, 10, 20, 30, 40):
        payment = services.glance(payment, gateway=desk.gateway, at=desk.at + timedelta(seconds=seconds))

    assert payment.status == PaymentStatus.UNKNOWN
    assert payment.ask_at == desk.at + SILENCE


def test_an_open_page_is_asked_about_when_it_closes(desk: Desk) -> None:
    payment = desk.ask(desk.start(), later=timedelta(minutes=90))

    assert payment.status == PaymentStatus.OPEN
    assert payment.ask_at == payment.page_expires_at


def test_a_silent_provider_never_turns_into_a_refusal(desk: Desk) -> None:
    payment = desk.start()
    desk.silence()
    for day in (0, 1, 40):
        payment = desk.ask(payment, later=timedelta(days=day))

    assert payment.status == PaymentStatus.UNKNOWN


def test_a_page_that_says_being_checked_asks_once_in_three_seconds(desk: Desk) -> None:
    payment = desk.pay(desk.told(desk.start(), PageState.PENDING))

    soon = services.glance(payment, gateway=desk.gateway, at=desk.at + timedelta(seconds=2))
    later = services.glance(payment, gateway=desk.gateway, at=desk.at + timedelta(seconds=4))

    assert (soon.status, later.status) == (PaymentStatus.PENDING, PaymentStatus.SUCCEEDED)
    assert services.glance(later, gateway=desk.gateway, at=desk.at + timedelta(days=1)) == later


def test_somebody_who_paid_in_a_second_is_not_told_that_nothing_was_charged(desk: Desk) -> None:
    payment = desk.pay(desk.start())

    assert services.glance(payment, gateway=desk.gateway, at=desk.at).status == PaymentStatus.SUCCEEDED


def test_sending_twice_opens_one_page(desk: Desk) -> None:
    payment = desk.intend()

    first = services.send(payment.pk, gateway=desk.gateway, at=desk.at)
    second = services.send(payment.pk, gateway=desk.gateway, at=desk.at)

    assert first.session_id == second.session_id != ""


def test_closing_what_has_no_page_or_has_ended_does_nothing(desk: Desk) -> None:
    intended = desk.intend()
    ended = desk.close(desk.start(9_900))

    assert desk.close(intended).status == PaymentStatus.CREATED
    assert desk.close(ended).decided_at == ended.decided_at


def test_the_sweeper_asks_for_a_look_at_each_silent_payment_once(desk: Desk) -> None:
    payment = desk.start()
    assert services.sweep(at=desk.at) == 0

    later = desk.at + SILENCE
    assert services.sweep(at=later) == 1
    assert services.sweep(at=later) == 1  # the same question, the same job

    job = Job.objects.get(kind="payments.ask")
    assert job.payload == {"payment_id": payment.pk}


def test_the_sweeper_leaves_ended_payments_alone(desk: Desk) -> None:
    desk.ask(desk.pay(desk.start()))

    assert services.sweep(at=desk.at + timedelta(days=9)) == 0


def test_a_payment_that_lacks_its_fee_is_asked_about(desk: Desk) -> None:
    desk.told(desk.start(), PageState.PAID, receipt=a_receipt(fee=None))

    assert services.sweep(at=desk.at + timedelta(days=1)) == 1


def test_a_question_that_was_given_up_comes_again_in_its_turn(desk: Desk) -> None:
    payment = desk.start()
    services.give_up_question(payment.pk, at=desk.at + SILENCE)

    payment.refresh_from_db()
    assert payment.ask_at is not None
    assert payment.ask_at > desk.at + SILENCE


def test_giving_up_a_question_about_an_ended_payment_changes_nothing(desk: Desk) -> None:
    payment = desk.close(desk.start())
    services.give_up_question(payment.pk, at=desk.at)

    assert Payment.objects.get(pk=payment.pk).ask_at is None


@pytest.mark.parametrize("late", [timedelta(0), KEY_LIFE + timedelta(seconds=1)])
def test_a_process_killed_before_its_call_charges_nobody(desk: Desk, late: timedelta) -> None:
    payment = desk.intend()
    asking._claim(payment.pk, at=desk.at)

    asked = desk.ask(payment, later=late)

    assert truth(asked) == Truth.NOT_CHARGED
    assert desk.bank.totals()["charges"] == 0


def test_not_knowing_never_replaces_what_somebody_else_learned(desk: Desk) -> None:
    payment = desk.intend()
    asking._claim(payment.pk, at=desk.at)

    class Slow:
        """Our call gets no answer; meanwhile somebody else's call did."""

        def __getattr__(self, name: str) -> object:
            services.send(payment.pk, gateway=desk.gateway, at=desk.at)
            raise Unsure

    asked = services.ask(payment.pk, gateway=Slow(), at=desk.at)  # type: ignore[arg-type]

    assert asked.status == PaymentStatus.OPEN
