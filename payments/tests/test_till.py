from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from accounts import services as approvals
from core.money import Money
from outbox.services import run_due
from payments import services
from payments.gateways.base import PageState, Unsure
from payments.models import (
    MovementCause,
    MovementTreatment,
    Payment,
    PaymentStatus,
    Payout,
    ProviderCursor,
    ProviderMovement,
    TreatmentState,
)
from payments.services.known import movements_to_treat
from payments.tests.desk import Desk, a_receipt
from payments.tests.till_desk import STRIPE, Till, staff


@pytest.fixture
def till(desk: Desk, settings: Settings) -> Till:
    settings.PROVIDER_FIRST_LOOK_DAYS = 20
    return Till(desk)


def waiting(till: Till, *, later: timedelta = timedelta()) -> list[str]:
    return [movement.kind for movement in movements_to_treat(at=till.now + later)]


def asked(treatment: MovementTreatment) -> int:
    assert treatment.approval_id is not None
    return treatment.approval_id


def test_what_payments_moved_is_known_and_explained(till: Till) -> None:
    till.earn()
    till.earn(9_900)

    assert till.sync().new == 2

    assert set(ProviderMovement.objects.values_list("cause", flat=True)) == {MovementCause.PAYMENT}
    assert not ProviderMovement.objects.filter(explained_at=None).exists()
    reading = till.read()
    assert reading.agrees
    assert reading.total == till.books() == Money(4_680 + 9_900 - 95 - 174)


def test_twice_is_once_however_much_the_turns_overlap(till: Till) -> None:
    till.earn()
    till.move(-250)
    till.send()
    first = till.sync()
    before = till.books(), till.books("580000"), till.books("627800")

    again, deep = till.sync(), till.sync(deep=True)

    assert (first.new, again.new, deep.new) == (3, 0, 0)
    assert (till.books(), till.books("580000"), till.books("627800")) == before
    assert (MovementTreatment.objects.count(), Payout.objects.count()) == (1, 1)


def test_a_fee_of_the_provider_is_booked_by_itself(till: Till) -> None:
    till.earn()
    till.move(-1_000)
    till.move(200, "stripe_fee")

    assert till.sync().fees == 2

    assert till.books("627800") == Money(95 + 1_000 - 200)
    assert till.read().agrees
    assert waiting(till) == []


def test_the_fee_of_a_payout_is_booked_beside_it(till: Till) -> None:
    till.earn()
    till.send(fee=50)

    till.sync()

    assert (till.books("580000"), till.books("627800")) == (Money(4_680 - 95 - 50), Money(95 + 50))
    assert till.books() == Money(0)
    assert till.read().agrees


def test_a_word_of_tomorrow_is_kept_and_waits_for_a_person(till: Till) -> None:
    till.earn()
    till.move(-700, "carbon_contribution")

    till.sync()

    assert waiting(till) == ["carbon_contribution"]
    reading = till.read()
    assert not reading.agrees
    assert reading.books_cents - reading.total.cents == 700


def test_another_currency_is_kept_apart_and_waits_for_a_person(till: Till) -> None:
    till.move(-700, currency="usd")

    till.sync()

    assert waiting(till) == ["stripe_fee"]
    assert till.books("627800") == Money(0)
    assert (till.read().total, till.read().others) == (Money(0), "USD")
    with pytest.raises(services.NotTreatable):
        services.propose(till.movement("stripe_fee").pk, account="627800", reason="x", actor=staff("a"), at=till.now)


def test_a_payment_of_another_program_waits_for_a_person_after_a_day(till: Till) -> None:
    till.earn()
    Payment.objects.update(charge_id="ch_other")

    till.sync()

    assert waiting(till) == []
    assert waiting(till, later=timedelta(hours=25)) == ["charge"]


def test_money_that_moved_for_another_amount_is_not_explained(till: Till) -> None:
    till.earn()
    till.move(-500, "refund")  # by hand, in the provider's own pages, and unknown here
    till.sync()
    charge = till.movement("charge")

    assert charge.explained_at is not None
    assert waiting(till, later=timedelta(hours=25)) == ["refund"]


def test_two_people_treat_what_nobody_explains(till: Till) -> None:
    alice, bruno = staff("alice"), staff("bruno")
    till.move(-700, "carbon_contribution")
    till.sync()
    movement = till.movement("carbon_contribution")

    treatment = services.propose(movement.pk, account="658000", reason="agreed by mail", actor=alice, at=till.now)

    assert (till.books(), waiting(till)) == (Money(0), [])
    with pytest.raises(approvals.OwnRequest):
        approvals.approve(asked(treatment), by=alice, at=till.now)
    approvals.approve(asked(treatment), by=bruno, at=till.now)
    services.carry_out(at=till.now)
    services.carry_out(at=till.now)
    assert (till.books("658000"), till.books()) == (Money(700), Money(-700))
    treatment.refresh_from_db()
    assert treatment.state == TreatmentState.DONE
    assert till.read().agrees


def test_what_is_refused_waits_again(till: Till) -> None:
    till.move(-700, "carbon_contribution")
    till.sync()
    movement = till.movement("carbon_contribution")
    treatment = services.propose(movement.pk, account="658000", reason="why not", actor=staff("a"), at=till.now)
    approvals.refuse(asked(treatment), by=staff("b"), at=till.now, note="no")

    till.sync()

    assert waiting(till) == ["carbon_contribution"]
    services.propose(movement.pk, account="", reason="nothing to book", actor=staff("c"), at=till.now)
    with pytest.raises(services.NotTreatable):
        services.propose(movement.pk, account="471000", reason="me too", actor=staff("d"), at=till.now)


@pytest.mark.parametrize(("account", "reason"), [("419100", "to a customer"), ("627800", " ")])
def test_some_proposals_are_refused_at_once(till: Till, account: str, reason: str) -> None:
    till.move(-700, "carbon_contribution")
    till.sync()

    with pytest.raises(services.NotTreatable):
        services.propose(
            till.movement("carbon_contribution").pk, account=account, reason=reason, actor=staff("a"), at=till.now
        )


def test_a_movement_brings_the_payment_whose_news_was_lost(till: Till) -> None:
    payment = till.desk.pay(till.desk.start())

    assert till.sync().asked == 1

    run_due(at=till.now, kinds=("payments.ask",))
    payment.refresh_from_db()
    assert payment.status == PaymentStatus.SUCCEEDED
    till.sync()
    assert till.read().agrees


def test_a_payment_without_its_fee_is_asked_about(till: Till) -> None:
    till.desk.told(till.desk.start(), PageState.PAID, receipt=a_receipt(fee=None))

    assert till.sync().asked == 1


def test_a_silent_provider_is_read_at_the_next_turn(till: Till) -> None:
    till.earn()
    till.move(-100)
    till.desk.silence()
    with pytest.raises(Unsure):
        till.sync()
    assert not ProviderCursor.objects.exists()
    till.desk.bank.calm()

    assert till.sync().new == 2
    assert till.read().agrees


def test_a_list_that_breaks_in_the_middle_is_begun_again(till: Till) -> None:
    till.earn()
    till.sync()
    read_until = ProviderCursor.objects.get().read_until
    till.move(-100)
    till.desk.bank.fail("garbage", path="balance_transactions")

    with pytest.raises(Unsure):
        till.sync()

    assert ProviderCursor.objects.get().read_until == read_until
    assert till.sync().new == 1


def test_the_cursor_never_goes_back(till: Till) -> None:
    till.sync()
    ahead = till.now + timedelta(hours=1)
    ProviderCursor.objects.update(read_until=ahead)

    till.sync()

    assert ProviderCursor.objects.get(provider=STRIPE).read_until == ahead
