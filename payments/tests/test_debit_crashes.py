"""A process that dies between two steps of a debit, a provider that is silent: nothing is taken twice or forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.money import Money
from payments.gateways.base import Debit as Order
from payments.gateways.base import News
from payments.models import Debit, DebitState, Payment, PaymentStatus, Provider
from payments.services import collecting
from payments.services.about import StillUnknown
from payments.services.about.payments import look
from payments.services.debits import apply_charge, attempting
from payments.tests.debit_desk import DebitDesk, state_of
from payments.wiring import gateway_for

both = pytest.mark.parametrize("drawer", ["card", "paypal"], indirect=True)


def begun(debits: DebitDesk) -> tuple[Debit, Payment]:
    """A debit that was claimed by a process that died before its call."""
    debit = debits.planned()
    debits.day_of(debit)
    return debit, debits.claimed(debit)


def called(payment: Payment, **other: str) -> None:
    """The call that the dead process still made."""
    fresh = Payment.objects.select_related("customer", "used_method").get(pk=payment.pk)
    order: Order = attempting._order(fresh)
    gateway_for(payment.provider).charge(Money(payment.amount_cents), replace(order, **other))


def capture_news(debits: DebitDesk) -> News:
    """What PayPal says of the money that it took."""
    told = gateway_for(Provider.PAYPAL).news_since(debits.at - timedelta(days=4), types=["PAYMENT.CAPTURE.COMPLETED"])
    return next(iter(told))


@both
def test_a_process_killed_between_claim_and_call_debits_once(debits: DebitDesk) -> None:
    debit, payment = begun(debits)
    assert debits.collect().started == 0  # in flight: nobody begins it again
    debits.wait(minutes=10)

    debits.ask(payment)

    assert (state_of(debit), debits.taken(), debits.balance()) == (DebitState.CLOSED, 4_680, Money(0))


@both
def test_a_process_killed_after_its_call_credits_what_was_taken(debits: DebitDesk) -> None:
    debit, payment = begun(debits)
    called(payment)
    debits.wait(minutes=10)

    debits.ask(payment)

    assert (state_of(debit), debits.taken(), debits.balance()) == (DebitState.CLOSED, 4_680, Money(0))
    assert debit.attempts.count() == 1


def test_an_answer_that_was_lost_is_found_in_the_list_after_the_key_is_dead(debits: DebitDesk) -> None:
    debit, payment = begun(debits)
    called(payment)
    debits.wait(3)

    debits.ask(payment)

    assert (state_of(debit), debits.taken()) == (DebitState.CLOSED, 4_680)


@both
def test_a_provider_silent_for_a_day_is_never_asked_to_debit_a_second_time(debits: DebitDesk) -> None:
    debit = debits.planned()
    debits.day_of(debit)
    debits.drawer.bank.fail("drop", times=1000)  # it hears, and its answers are lost
    debits.collect()
    payment = debit.attempts.get()
    assert (payment.status, state_of(debit)) == (PaymentStatus.UNKNOWN, DebitState.SENT)
    for _ in range(4):
        debits.wait(hours=1)
        debits.ask(payment)
        assert debits.collect().started == 0

    debits.drawer.bank.control("faults/clear")
    debits.ask(payment)

    assert (state_of(debit), debits.taken(), debit.attempts.count()) == (DebitState.CLOSED, 4_680, 1)


def test_what_never_arrived_is_begun_again_once_the_list_proves_it(debits: DebitDesk) -> None:
    debit = debits.planned()
    debits.day_of(debit)
    debits.drawer.bank.fail("refuse", times=1000)
    debits.collect()
    debits.wait(1, hours=1)
    payment = debit.attempts.get()
    debits.ask(payment)
    assert state_of(debit) == DebitState.SENT
    debits.drawer.bank.control("faults/clear")

    debits.ask(payment)
    payment.refresh_from_db()
    assert (payment.status, state_of(debit)) == (PaymentStatus.ABANDONED, DebitState.WAITING)
    debits.collect()

    assert (state_of(debit), debits.taken(), debit.attempts.count()) == (DebitState.CLOSED, 4_680, 2)


@pytest.mark.parametrize("drawer", ["paypal"], indirect=True)
def test_where_debits_cannot_be_searched_only_news_ends_the_doubt(debits: DebitDesk) -> None:
    debit, payment = begun(debits)
    debits.wait(2)

    debits.ask(payment)

    payment.refresh_from_db()
    assert (payment.status, state_of(debit)) == (PaymentStatus.UNKNOWN, DebitState.SENT)


@pytest.mark.parametrize("drawer", ["paypal"], indirect=True)
def test_late_news_of_a_debit_that_cannot_be_searched_credits_it_once(debits: DebitDesk) -> None:
    debit, payment = begun(debits)
    called(payment)
    debits.wait(2)
    debits.ask(payment)
    assert (state_of(debit), debits.taken(), debits.balance()) == (DebitState.SENT, 4_680, Money(-4_680))
    told = capture_news(debits)

    assert [look(told, gateway=gateway_for(payment.provider), at=debits.at).ours for _ in range(2)] == [True, True]

    assert (state_of(debit), debits.taken(), debits.balance()) == (DebitState.CLOSED, 4_680, Money(0))
    assert debit.attempts.count() == 1


@pytest.mark.parametrize("drawer", ["paypal"], indirect=True)
def test_another_debit_that_news_name_is_no_answer_about_this_one(debits: DebitDesk) -> None:
    debit, payment = begun(debits)
    called(payment, reference="00000000-0000-4000-8000-000000000000", key="another")
    debits.wait(2)
    told = replace(capture_news(debits), reference=str(payment.public_id))
    assert told.session_id

    with pytest.raises(StillUnknown):
        look(told, gateway=gateway_for(payment.provider), at=debits.at)

    payment.refresh_from_db()
    assert (payment.status, payment.session_id, state_of(debit)) == (PaymentStatus.UNKNOWN, "", DebitState.SENT)
    assert debits.balance() == Money(-4_680)


def test_a_method_removed_in_flight_is_not_debited_by_a_repeated_call(debits: DebitDesk) -> None:
    debit, payment = begun(debits)
    assert payment.used_method is not None
    debits.drawer.bank.fail("refuse", times=2, path=f"/v1/payment_methods/{payment.used_method.object_id}/detach")
    debits.drawer.remove(payment.used_method)
    debits.wait(hours=2)

    debits.ask(payment)

    payment.refresh_from_db()
    assert (payment.status, debits.taken()) == (PaymentStatus.ABANDONED, 0)
    collecting.review(at=debits.at)
    assert state_of(debit) == DebitState.CANCELLED


def test_what_was_taken_from_a_method_removed_since_is_credited(debits: DebitDesk) -> None:
    debit, payment = begun(debits)
    called(payment)
    assert payment.used_method is not None
    debits.drawer.remove(payment.used_method)
    debits.wait(minutes=10)

    debits.ask(payment)

    assert (state_of(debit), debits.balance()) == (DebitState.CLOSED, Money(0))


def test_a_transfer_that_comes_while_a_debit_is_in_flight_stays_as_credit(debits: DebitDesk) -> None:
    debit, payment = begun(debits)
    called(payment)
    debits.receive(4_680)
    debits.wait(minutes=10)

    debits.ask(payment)

    assert (state_of(debit), debits.balance()) == (DebitState.CLOSED, Money(4_680))


def test_a_run_killed_at_each_debit_is_resumed_and_takes_each_once(
    debits: DebitDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    debits.save()
    for days in (5, 6, 7):
        debits.owe(1_000, in_days=days)
    debits.turn_on()
    debits.wait(8)
    real = attempting._charge
    deaths = iter(range(100))

    def die(*args: object) -> object:
        if next(deaths) % 2 == 0:
            raise KeyboardInterrupt
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(attempting, "_charge", die)
    for _ in range(12):
        try:
            debits.collect()
        except KeyboardInterrupt:
            debits.wait(minutes=10)
            for payment in Payment.objects.filter(status=PaymentStatus.SENT):
                debits.ask(payment)

    assert debits.taken() == 3_000
    assert set(Debit.objects.values_list("state", flat=True)) == {DebitState.CLOSED}


def test_an_answer_about_another_customer_credits_nothing(debits: DebitDesk) -> None:
    debit, payment = begun(debits)
    told = gateway_for(payment.provider).charge(
        Money(4_680), replace(attempting._order(Payment.objects.get(pk=payment.pk)), reference="somebody-else")
    )

    apply_charge(payment.pk, told, at=debits.at + timedelta(minutes=1))

    payment.refresh_from_db()
    assert (payment.status, debits.balance()) == (PaymentStatus.UNKNOWN, Money(-4_680))
    assert state_of(debit) == DebitState.SENT
