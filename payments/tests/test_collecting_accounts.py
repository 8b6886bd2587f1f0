"""Debits of bank accounts at Stripe, what comes back, the days, the self-check and the command."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.core.management import call_command

from core.clock import start_of
from core.money import Money
from ledger import selectors as books
from outbox.models import Job
from payments import collecting_checks
from payments.checks import automatic_debits
from payments.models import (
    CollectingRule,
    Debit,
    DebitState,
    Dispute,
    EndedWhy,
    Failure,
    Mandate,
    MandateState,
    Method,
    Provider,
    SavedMethod,
)
from payments.services import collecting
from payments.services.debits import days_for
from payments.services.disputes.looking import ask_dispute, find_untold
from payments.services.registering import known_person
from payments.tests.debit_desk import DebitDesk, state_of
from payments.wiring import gateway_for


def account(debits: DebitDesk, **life: object) -> SavedMethod:
    """A bank account that Stripe debits, with its mandate, as its saving will leave it; it is the default."""
    card = debits.save()
    person = known_person(debits.drawer.customer, provider="STRIPE")
    made = debits.drawer.bank.control("bank-accounts", customer=person, **life)
    SavedMethod.objects.filter(pk=card.pk).update(kind=Method.SEPA, object_id=made["id"], last4="2606")
    method = SavedMethod.objects.get(pk=card.pk)
    Mandate.objects.create(
        customer=method.customer,
        method=method,
        through=Provider.STRIPE,
        state=MandateState.ACTIVE,
        reference="ADW-1",
        ics="FR53ZZZ999999",
        creditor_name="H",
        creditor_address="L",
        debtor_name="C",
        debtor_address="L",
        debtor_country="FR",
        iban_last4="2606",
        iban_country="FR",
        object_id=made["mandate"],
        signed_how="PROVIDER",
        signed_on=debits.today,
        language="fr",
        created_at=debits.at,
        updated_at=debits.at,
    )
    return method


def by_account(debits: DebitDesk, **life: object) -> Debit:
    account(debits, **life)
    debits.owe(in_days=30)
    debits.turn_on()
    return Debit.objects.get()


def test_an_account_is_told_mandate_and_creditor_and_debited_early_enough(debits: DebitDesk) -> None:
    debit = by_account(debits)
    (mail,) = debits.mails("debit.upcoming")
    assert "ADW-1" in mail
    assert "FR53ZZZ999999" in mail
    assert "46,80" in mail
    assert debit.start_on < debit.collect_on

    debits.day_of(debit)
    debits.collect()
    assert (state_of(debit), books.get_balance(debits.customer_id).incoming) == (DebitState.SENT, Money(4_680))
    assert debits.plan() == 0
    debits.wait(6)
    debits.ask(debit.attempts.get())

    debit.refresh_from_db()
    assert (debit.state, debits.balance()) == (DebitState.COLLECTED, Money(0))
    assert debit.refundable_until is not None
    assert books.transactions([debit.attempts.get().tx_id or 0])
    assert (books.get_balance(debits.customer_id).incoming, debits.taken()) == (Money(0), 4_680)


def test_a_bank_that_refuses_after_days_releases_the_hold(debits: DebitDesk) -> None:
    debit = by_account(debits, code="insufficient_funds")
    debits.day_of(debit)
    debits.collect()
    debits.wait(6)
    debits.ask(debit.attempts.get())

    assert (state_of(debit), debit.failure) == (DebitState.WAITING, Failure.FUNDS)
    assert books.get_balance(debits.customer_id).incoming == Money(0)


def test_an_account_that_its_bank_takes_back_is_returned_and_tried_once_more(debits: DebitDesk) -> None:
    debit = by_account(debits)
    debits.day_of(debit)
    debits.collect()
    debits.wait(6)
    attempt = debits.ask(debit.attempts.get())
    opened = debits.drawer.bank.control(f"dispute/{attempt.charge_id}", reason="insufficient_funds")
    find_untold("STRIPE", gateway=gateway_for("STRIPE"), at=debits.at)
    assert debits.plan() == 0  # contested: nothing is debited
    debits.drawer.bank.control(f"dispute/{opened['id']}/close", outcome="lost")
    ask_dispute(Dispute.objects.get().pk, gateway=gateway_for("STRIPE"), at=debits.at)

    assert (state_of(debit), debits.balance()) == (DebitState.RETURNED, Money(-4_680))
    assert debits.plan() == 1
    assert Debit.objects.latest("pk").collect_on >= debits.today + timedelta(days=14)


def test_a_card_whose_holder_won_his_dispute_is_not_debited_again_by_itself(debits: DebitDesk) -> None:
    debit = debits.planned()
    debits.day_of(debit)
    debits.collect()
    opened = debits.drawer.bank.control(f"dispute/{debit.attempts.get().charge_id}")
    find_untold("STRIPE", gateway=gateway_for("STRIPE"), at=debits.at)
    debits.drawer.bank.control(f"dispute/{opened['id']}/close", outcome="lost")
    ask_dispute(Dispute.objects.get().pk, gateway=gateway_for("STRIPE"), at=debits.at)

    assert (state_of(debit), debits.plan()) == (DebitState.RETURNED, 0)


def test_the_hour_of_the_day_decides_when_jobs_are_asked_for(debits: DebitDesk) -> None:
    debit = debits.planned()
    midnight = start_of(debit.start_on)
    assert collecting.ring_due(at=midnight + timedelta(hours=1)) == 0

    morning = midnight + timedelta(hours=9)
    assert (collecting.ring_due(at=morning), collecting.ring_due(at=morning)) == (1, 1)
    assert Job.objects.filter(kind=collecting.COLLECT).count() == 1
    assert collecting.ring_due(at=morning + timedelta(days=3)) == 1  # days that were missed


@pytest.mark.parametrize(
    ("due_on", "announced_on", "collect_on", "start_on"),
    [
        (date(2026, 11, 30), date(2026, 11, 10), date(2026, 11, 30), date(2026, 11, 26)),  # the end of a month
        (date(2027, 3, 28), date(2027, 3, 1), date(2027, 3, 30), date(2027, 3, 24)),  # Easter, and the clock changes
        (date(2026, 12, 25), date(2026, 12, 1), date(2026, 12, 28), date(2026, 12, 23)),
        (date(2028, 2, 29), date(2028, 2, 20), date(2028, 3, 6), date(2028, 3, 2)),  # by its notice
    ],
)
def test_a_bank_account_is_debited_on_a_day_on_which_banks_settle(
    due_on: date, announced_on: date, collect_on: date, start_on: date
) -> None:
    method = SavedMethod(kind=Method.SEPA, provider=Provider.BANK)

    days = days_for(method, CollectingRule(), due_on=due_on, announced_on=announced_on)

    assert (days.collect_on, days.start_on) == (collect_on, start_on)


def test_the_night_of_the_clock_change_begins_each_debit_once(debits: DebitDesk) -> None:
    """25 October 2026: the hour from 2 to 3 comes twice in Paris; nothing begins before COLLECT_HOUR of that day."""
    debit = debits.planned()
    Debit.objects.filter(pk=debit.pk).update(start_on=date(2026, 10, 25), collect_on=date(2026, 10, 25))
    rung = [collecting.ring_due(at=start_of(date(2026, 10, 25)) + timedelta(hours=hours)) for hours in range(24)]

    assert rung[:9] == [0] * 9
    assert set(rung[9:]) == {1}


def test_the_self_check_sees_what_is_wrong_with_debits(debits: DebitDesk) -> None:
    debit = debits.planned()
    assert all(check.ok for check in automatic_debits())

    Debit.objects.filter(pk=debit.pk).update(state=DebitState.SENT)
    assert [check.ok for check in automatic_debits()] == [True, False, True, True, True]
    Debit.objects.filter(pk=debit.pk).update(state=DebitState.CLOSED, collected_cents=1, collected_on=debits.today)
    assert [check.ok for check in automatic_debits()] == [True, True, False, True, True]


def test_the_self_check_sees_a_debit_beyond_what_was_announced(debits: DebitDesk) -> None:
    debit = debits.planned()
    debits.day_of(debit)
    debits.collect()

    Debit.objects.filter(pk=debit.pk).update(announced_cents=4_679, collected_cents=4_679)

    assert not collecting_checks.stay_within_what_was_announced().ok


def test_the_self_check_sees_what_is_left_out_in_silence(debits: DebitDesk) -> None:
    debit = debits.planned()
    late = debits.at + timedelta(days=20)
    assert not collecting_checks.leave_nothing_out(late).ok  # nobody began it

    collecting.cancel(debit.pk, EndedWhy.METHOD, at=debits.at)
    assert not collecting_checks.leave_nothing_out(late).ok  # nobody planned it again
    debits.pause(days=30)
    assert collecting_checks.leave_nothing_out(late).ok


def test_the_self_check_lets_the_planner_find_a_method_that_was_just_saved(debits: DebitDesk) -> None:
    debit = debits.planned()
    debits.refuse(debit.method, "lost_card")
    debits.day_of(debit)
    debits.collect()
    debits.wait(28)
    debits.save("5555555555554444")
    assert state_of(debit) == DebitState.FAILED

    assert collecting_checks.leave_nothing_out(debits.at).ok  # the next turn plans it
    assert not collecting_checks.leave_nothing_out(debits.at + timedelta(days=3)).ok


def test_the_command_begins_the_debits_of_a_day(debits: DebitDesk, capsys: pytest.CaptureFixture[str]) -> None:
    debit = debits.planned()

    call_command("collect", "--date", (debit.start_on - timedelta(days=1)).isoformat(), "--json")
    first = json.loads(capsys.readouterr().out)
    call_command("collect", "--date", debit.start_on.isoformat(), "--json")
    second = json.loads(capsys.readouterr().out)

    assert first == {"started": 0, "states": {}, "left": 0, "total_cents": 0}
    assert second == {"started": 1, "states": {"CLOSED": 1}, "left": 0, "total_cents": 4_680}
