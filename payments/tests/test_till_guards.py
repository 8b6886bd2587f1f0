"""The database says no to whoever would rewrite what a provider told us."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction
from pytest_django.fixtures import Settings

from payments import checks, services
from payments.guards import expected_triggers, install, installed_triggers
from payments.models import (
    AmountReview,
    BalanceReading,
    MovementTreatment,
    Payout,
    PayoutEvent,
    ProviderCursor,
    ProviderMovement,
)
from payments.tests.desk import Desk
from payments.tests.till_desk import STRIPE, Till, staff


@pytest.fixture
def till(desk: Desk, settings: Settings) -> Till:
    """A payment, a fee, something unknown, and a payout, all synchronised and read."""
    settings.PROVIDER_FIRST_LOOK_DAYS = 20
    till = Till(desk)
    till.earn()
    till.move(-300)
    till.move(-7, "carbon_contribution")
    till.send()
    till.sync()
    till.read()
    return till


def again(model: type) -> Callable[[Till], object]:
    def run(_till: Till) -> object:
        row = model.objects.first()  # type: ignore[attr-defined]
        row.pk = None
        return row.save(force_insert=True)

    return run


def new_movement(**columns: object) -> Callable[[Till], object]:
    def run(_till: Till) -> None:
        row = ProviderMovement.objects.order_by("pk")[0]
        row.pk, row.object_id = None, "txn_new"
        for name, value in columns.items():
            setattr(row, name, value)
        row.save(force_insert=True)

    return run


def treatment(**columns: object) -> Callable[[Till], object]:
    return lambda _till: MovementTreatment.objects.filter(account="627800").update(**columns)


def payout(**columns: object) -> Callable[[Till], object]:
    return lambda _till: Payout.objects.update(**columns)


def review(till: Till) -> object:
    seen = AmountReview.objects.create(
        payment=till.desk.customer.payments.get(), seen_by=staff("s"), seen_at=till.now, note="fine"
    )
    return AmountReview.objects.filter(pk=seen.pk).update(note="not fine")


ATTEMPTS: dict[str, Callable[[Till], object]] = {
    "payments_movement_stays_as_told": lambda _till: ProviderMovement.objects.filter(kind="charge").update(net_cents=1),
    "payments_movement_stays": lambda _till: ProviderMovement.objects.filter(kind="carbon_contribution").delete(),
    "payments_movement_once": again(ProviderMovement),
    "payments_movement_adds_up": new_movement(net_cents=1),
    "payments_movement_cause_known": new_movement(cause="LUCK"),
    "payments_movement_says_what": new_movement(source_id=""),
    "payments_movement_treated_once": again(MovementTreatment),
    "payments_treatment_state_known": treatment(state="MAYBE"),
    "payments_treatment_booked_or_not": treatment(tx=None, cents=0),
    "payments_treatment_decided_or_not": treatment(decided_at=None),
    "payments_treatment_by_two_or_a_fee": treatment(account="658000"),
    "payments_reading_append_only": lambda _till: BalanceReading.objects.update(books_cents=0),
    "payments_reading_once": again(BalanceReading),
    "payments_cursor_once": again(ProviderCursor),
    "payments_payout_once": again(Payout),
    "payments_payout_not_zero": payout(amount_cents=0),
    "payments_payout_status_known": payout(status="LOST"),
    "payments_payout_posted": payout(left_tx=None),
    "payments_payout_returned_means_posted": payout(status="FAILED"),
    "payments_payoutevent_append_only": lambda _till: PayoutEvent.objects.update(name="never"),
    "payments_amountreview_append_only": review,
}


@pytest.mark.parametrize("guard", ATTEMPTS)
def test_the_database_refuses(till: Till, guard: str) -> None:
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        ATTEMPTS[guard](till)

    columns = {"payments_movement_once": "object_id", "payments_reading_once": "at", "payments_cursor_once": "stream"}
    columns |= {"payments_payout_once": "object_id", "payments_movement_treated_once": "movement_id"}
    assert guard in str(refusal.value) or columns.get(guard, "-") in str(refusal.value)  # SQLite names the columns


def test_a_movement_is_explained_once(till: Till) -> None:
    explained = ProviderMovement.objects.get(kind="charge")

    with pytest.raises(DatabaseError), transaction.atomic():
        ProviderMovement.objects.filter(pk=explained.pk).update(explained_at=None)


def test_the_guards_are_there_and_missed_when_they_are_not(till: Till) -> None:
    assert expected_triggers(connection.vendor) <= installed_triggers(connection)
    assert [check.ok for check in checks.what_providers_told_is_guarded()] == [True]


def test_all_holds_and_a_treatment_that_says_more_is_found(till: Till) -> None:
    questions = (checks.movements_add_up, checks.payouts_are_posted, checks.provider_balance)
    assert all(check.ok for question in questions for check in question())

    MovementTreatment.objects.update(cents=-301)

    assert [check.ok for check in checks.movements_add_up()] == [False]
    assert services.sync_till(STRIPE, gateway=till.desk.gateway, at=till.now).new == 0


@pytest.mark.parametrize("part", ["till", "refunds", "disputes"])
def test_guards_that_are_there_may_be_installed_again(part: str, db: None) -> None:
    """A migration that rebuilds a table does so on both engines."""
    install(connection, part)

    assert expected_triggers(connection.vendor) <= installed_triggers(connection)
