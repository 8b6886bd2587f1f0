"""Top-up rules: what asks for money by itself, and everything that keeps it from asking."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from accounts.models import CustomerKind
from core.clock import PARIS
from core.money import Money
from outbox.models import Job
from payments import selectors
from payments.models import (
    CollectingEvent,
    Debit,
    DebitKind,
    DebitState,
    EndedWhy,
    MethodState,
    Payment,
    PaymentStatus,
    Purpose,
    TopUpRule,
)
from payments.selectors import NoTopUp
from payments.services import collecting
from payments.services.collecting import TopUpTerms
from payments.services.disputes.looking import find_untold
from payments.tests.debit_desk import AGREED, DebitDesk, state_of
from payments.tests.drawer import MASTERCARD
from payments.wiring import gateway_for
from tests.support.bank import ASKING_CARD

TERMS = TopUpTerms(below=Money(5_000), amount=Money(10_000), monthly=Money(25_000))


def agree(debits: DebitDesk, terms: TopUpTerms = TERMS) -> TopUpRule:
    return collecting.set_top_up_rule(debits.drawer.customer, terms, AGREED, at=debits.at)


def look(debits: DebitDesk) -> Debit | None:
    return collecting.top_up(debits.customer_id, gateways=gateway_for, at=debits.at)


def why_not(debits: DebitDesk) -> NoTopUp | None:
    return selectors.why_no_top_up(TopUpRule.objects.select_related("customer").get(), at=debits.at)


def to_day(debits: DebitDesk, day: int) -> None:
    """Wait until noon of the next such day of a month, in Paris."""
    here = debits.at.astimezone(PARIS)
    later = here.replace(hour=12, minute=0)
    while later.day != day or later <= here:
        later += timedelta(days=1)
    debits.wait(seconds=int((later - here).total_seconds()))


@pytest.mark.parametrize("drawer", ["card", "paypal"], indirect=True)
def test_less_than_agreed_is_available_so_the_account_is_credited_once(debits: DebitDesk) -> None:
    debits.save()
    agree(debits)

    done = look(debits)

    assert done is not None
    assert (done.kind, done.state, done.collected_cents) == (DebitKind.TOP_UP, DebitState.CLOSED, 10_000)
    assert (debits.balance(), debits.taken()) == (Money(10_000), 10_000)
    assert look(debits) is None
    assert why_not(debits) == NoTopUp.ENOUGH
    [mail] = debits.mails("topup.automatic")
    assert mail.startswith("100,00\N{NO-BREAK SPACE}€ crédités automatiquement")
    assert "/moyens-de-paiement/alimentation-automatique/" in mail
    assert debits.mails("debit.upcoming") == debits.mails("debit.collected") == []


def test_a_rule_is_kept_with_its_terms_and_turned_off_for_good(debits: DebitDesk) -> None:
    debits.save()
    agree(debits)
    collecting.turn_off_top_up_rule(debits.drawer.customer, at=debits.at)
    collecting.turn_off_top_up_rule(debits.drawer.customer, at=debits.at)

    assert look(debits) is None
    assert why_not(debits) == NoTopUp.OFF
    kept = list(CollectingEvent.objects.order_by("pk"))
    assert [each.name for each in kept] == ["top-up rule agreed", "top-up rule turned off"]
    assert kept[0].detail == "below 5000, credit 10000, at most 25000 a month"
    assert kept[0].consent is not None
    assert kept[0].consent.text.startswith("J’autorise")
    assert kept[0].address == "192.0.2.7"


def test_terms_that_make_no_sense_and_customers_without_a_card_are_refused(debits: DebitDesk) -> None:
    with pytest.raises(collecting.NotCollectable):
        agree(debits)
    debits.save()
    for bad in (
        TopUpTerms(Money(5_000), Money(10_000), Money(9_999)),
        TopUpTerms(Money(0), Money(10_000), Money(10_000)),
        TopUpTerms(Money(5_000), Money(1), Money(10_000)),
    ):
        with pytest.raises(collecting.TermsRefused):
            agree(debits, bad)
    customer = debits.drawer.customer
    customer.kind = CustomerKind.PUBLIC
    with pytest.raises(collecting.NotCollectable):
        agree(debits)

    assert not TopUpRule.objects.exists()


def test_it_pays_what_is_due_first_and_the_rest_is_available(debits: DebitDesk) -> None:
    debits.save()
    debits.owe(7_000)
    agree(debits)
    look(debits)

    assert debits.balance() == Money(3_000)


def test_a_month_brings_no_more_than_agreed(debits: DebitDesk, settings: Settings) -> None:
    settings.AUTO_TOP_UPS_PER_DAY = 24
    to_day(debits, 28)
    debits.save()
    agree(debits)
    for _ in range(4):
        look(debits)
        debits.owe(10_000)

    assert debits.taken() == 20_000
    assert why_not(debits) == NoTopUp.MONTH
    to_day(debits, 1)
    look(debits)
    assert debits.taken() == 30_000
    assert selectors.topped_up_in_month(debits.customer_id, on=debits.today) == Money(10_000)


def test_the_month_is_that_of_paris(debits: DebitDesk) -> None:
    to_day(debits, 1)
    debits.save()
    agree(debits)
    debit = look(debits)
    assert debit is not None
    last_of_the_month = debits.today - timedelta(days=1)

    assert selectors.topped_up_in_month(debits.customer_id, on=debits.today) == Money(10_000)
    Debit.objects.update(collected_on=last_of_the_month)
    assert selectors.topped_up_in_month(debits.customer_id, on=debits.today) == Money(0)
    assert selectors.topped_up_in_month(debits.customer_id, on=last_of_the_month) == Money(10_000)


def test_a_day_brings_so_many_at_most(debits: DebitDesk, settings: Settings) -> None:
    settings.AUTO_TOP_UPS_PER_DAY = 1
    debits.save()
    agree(debits)
    look(debits)
    debits.owe(10_000)

    assert (look(debits), why_not(debits)) == (None, NoTopUp.DAY)
    debits.wait(1)
    assert look(debits) is not None


def test_refusals_wait_twice_as_long_each_time_then_turn_the_rule_off(debits: DebitDesk) -> None:
    debits.refuse(debits.save(), "insufficient_funds")
    agree(debits)
    for days in (1, 2):
        refused = look(debits)
        assert refused is not None
        assert (refused.state, refused.ended_why) == (DebitState.FAILED, EndedWhy.REFUSED)
        debits.wait(days, hours=-1)
        assert (look(debits), why_not(debits)) == (None, NoTopUp.REFUSED)
        debits.wait(hours=1)
    look(debits)

    rule = TopUpRule.objects.get()
    assert (rule.is_on, rule.declines) == (False, 3)
    assert CollectingEvent.objects.order_by("pk").last().detail == "refused 3 times in a row"  # type: ignore[union-attr]
    first, _second, last = debits.mails("topup.refused")
    assert "Un nouvel essai" in first
    assert "arrêtée" in last
    assert debits.mails("debit.failed") == debits.mails("debit.given_up") == []
    assert (debits.taken(), debits.balance()) == (0, Money(0))
    assert agree(debits).declines == 0


def test_a_success_forgets_the_refusals(debits: DebitDesk) -> None:
    card = debits.save()
    debits.refuse(card, "insufficient_funds")
    agree(debits)
    look(debits)
    debits.refuse(card, "")
    debits.wait(1)
    look(debits)

    rule = TopUpRule.objects.get()
    assert (rule.declines, rule.not_before, debits.taken()) == (0, None, 10_000)


def test_a_bank_that_asks_its_customer_is_a_refusal(debits: DebitDesk) -> None:
    debits.save(ASKING_CARD)
    agree(debits)
    done = look(debits)

    assert done is not None
    assert (done.state, TopUpRule.objects.get().declines) == (DebitState.FAILED, 1)
    assert debits.mails("debit.action") == []


def test_a_card_that_is_refused_for_good_is_not_used_again(debits: DebitDesk) -> None:
    stolen = debits.save()
    debits.refuse(stolen, "stolen_card")
    other = debits.save(MASTERCARD)
    agree(debits)
    look(debits)
    stolen.refresh_from_db()
    assert stolen.state == MethodState.UNUSABLE
    debits.wait(1)

    done = look(debits)

    assert done is not None
    assert (done.method, done.state) == (other, DebitState.CLOSED)


def test_a_contested_payment_keeps_it_from_asking(debits: DebitDesk) -> None:
    debits.save()
    agree(debits)
    look(debits)
    debits.owe(10_000)
    debits.drawer.bank.control(f"dispute/{Payment.objects.get().charge_id}")
    find_untold("STRIPE", gateway=gateway_for("STRIPE"), at=debits.at)

    assert (look(debits), why_not(debits)) == (None, NoTopUp.DISPUTED)


def test_money_on_its_way_in_is_waited_for(debits: DebitDesk) -> None:
    debits.save()
    agree(debits)
    debits.drawer.pay(2_000)

    assert (look(debits), why_not(debits)) == (None, NoTopUp.COMING)


def test_a_debit_that_is_to_come_and_a_top_up_are_never_under_way_together(debits: DebitDesk) -> None:
    due = debits.planned()
    agree(debits)

    assert (look(debits), why_not(debits)) == (None, NoTopUp.COMING)
    debits.day_of(due)
    debits.collect()
    assert state_of(due) == DebitState.CLOSED
    assert look(debits) is not None


def test_a_top_up_in_flight_makes_a_debit_of_what_is_due_wait(debits: DebitDesk, settings: Settings) -> None:
    settings.CARD_NOTICE_DAYS = 0
    debits.save()
    agree(debits)
    debits.drawer.silence()
    standing = look(debits)
    assert standing is not None
    assert (standing.state, look(debits)) == (DebitState.SENT, None)
    debits.owe(in_days=0)
    debits.turn_on()
    assert debits.collect().left == 1
    assert Payment.objects.filter(purpose=Purpose.COLLECT).count() == 1

    debits.drawer.bank.calm()
    debits.ask(Payment.objects.get(purpose=Purpose.COLLECT))

    assert state_of(standing) == DebitState.CLOSED
    assert debits.taken() == 10_000


def test_one_that_never_arrived_is_made_again_only_if_it_is_still_wanted(debits: DebitDesk) -> None:
    debits.save()
    agree(debits)
    debits.drawer.silence()
    debit = look(debits)
    assert debit is not None
    debits.drawer.bank.calm()
    debits.wait(2)
    debits.ask(Payment.objects.get())
    assert (Payment.objects.get().status, state_of(debit)) == (PaymentStatus.ABANDONED, DebitState.WAITING)
    debits.receive(9_000)
    debits.collect()

    assert (state_of(debit), debit.ended_why, debits.taken()) == (DebitState.CANCELLED, EndedWhy.PAID, 0)
    assert debits.mails("debit.cancelled") == []


def test_an_expired_card_is_not_taken_while_another_one_is_good(debits: DebitDesk) -> None:
    old, good = debits.save(), debits.save(MASTERCARD)
    old.expires_year = debits.today.year - 1
    old.save()
    agree(debits)
    done = look(debits)

    assert done is not None
    assert done.method == good


def test_two_beats_ask_once_a_turn_and_only_for_those_below(debits: DebitDesk) -> None:
    debits.save()
    agree(debits)
    Job.objects.filter(kind=collecting.TOP_UP).delete()

    assert (collecting.ring_top_ups(at=debits.at), collecting.ring_top_ups(at=debits.at)) == (1, 1)
    assert Job.objects.filter(kind=collecting.TOP_UP).count() == 1
    debits.receive(5_000)
    assert collecting.ring_top_ups(at=debits.at + timedelta(hours=1)) == 0
