"""An engagement number is asked for before it hurts: who, when, once, and not any more when it was given."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from accounts import services as accounts
from chorus import jobs, planning, tasks
from chorus.selectors.wanted import wanted_of
from chorus.services.directory import look_up
from chorus.services.reminding import KIND, remind
from chorus.tests.directory_desk import TOWN_HALL, Listed, MemoryDirectory, town_hall
from core.clock import at_noon, local_date
from core.money import Money
from invoices import services as invoices
from invoices.services import NewLine
from outbox.models import Job, Message, MessageState
from tests.support.cast import NOON, make_town_hall

if TYPE_CHECKING:
    from accounts.models import Customer

pytestmark = pytest.mark.django_db
TODAY = local_date(NOON)
DAY = TODAY + timedelta(days=40)


@pytest.fixture
def mayor(db: None) -> Customer:
    """A town hall whose directory requires an engagement number, and a draft that is planned."""
    customer = make_town_hall()
    look_up(TOWN_HALL, at=NOON, directory=MemoryDirectory(town_hall()))
    return customer


LINE = NewLine("Hébergement", Decimal(1), Decimal("39.00"), Decimal(20))


def plan(customer: Customer, day: date = DAY) -> None:
    invoices.draft(customer, [LINE], at=NOON, planned_on=day)


def bill(customer: Customer) -> None:
    invoices.issue(invoices.draft(customer, [LINE], at=NOON), at=NOON)


def letters(days_before: int) -> int:
    """How many reminders there are after the turn of that day."""
    remind(at=at_noon(DAY - timedelta(days=days_before)))
    return Message.objects.filter(kind=KIND).count()


def test_thirty_fifteen_and_five_days_before_once_each(mayor: Customer) -> None:
    plan(mayor)

    assert [letters(days) for days in (31, 30, 29, 16, 15, 5, 4, 0)] == [0, 1, 1, 1, 2, 3, 3, 3]
    assert "numéro d’engagement" in Message.objects.filter(kind=KIND)[0].subject


def test_days_that_were_missed_are_not_made_up_for(mayor: Customer) -> None:
    plan(mayor)

    assert letters(4) == 1


def test_a_number_that_was_given_meanwhile_withdraws_what_has_not_left(mayor: Customer) -> None:
    plan(mayor)
    letters(30)

    accounts.add_engagement(mayor, "EJ-1", valid_from=TODAY, by=None, at=NOON)
    letters(15)

    assert [each.state for each in Message.objects.filter(kind=KIND)] == [MessageState.CANCELLED]


def test_a_number_that_ends_before_or_is_exhausted_is_none(mayor: Customer) -> None:
    plan(mayor)
    row = accounts.add_engagement(
        mayor, "EJ-1", valid_from=TODAY, valid_until=DAY - timedelta(days=1), by=None, at=NOON
    )
    assert letters(30) == 1
    accounts.end_engagement(row, at=NOON)

    accounts.add_engagement(mayor, "EJ-2", valid_from=TODAY, ceiling=Money(4680), by=None, at=NOON)
    assert wanted_of(mayor, on=TODAY) is None
    bill(mayor)
    assert wanted_of(mayor, on=TODAY) is not None


@pytest.mark.parametrize(
    ("listed", "is_wanted"),
    [
        (Listed(TOWN_HALL, engagement=True).has("FACT-01"), True),
        (Listed(TOWN_HALL, service=True).has("FACT-01"), False),
        (Listed(TOWN_HALL).has("FACT-01", engagement=True), True),
        (Listed(TOWN_HALL).has("FACT-01").has("AUTRE", engagement=True), False),
        (Listed(TOWN_HALL, either=True, engagement=True).has("FACT-01"), False),
        (Listed(TOWN_HALL, either=True).has("FACT-01", engagement=True), True),
        (Listed(TOWN_HALL, is_active=False), False),
    ],
)
def test_it_is_asked_of_whom_the_directory_requires_it(db: None, listed: Listed, is_wanted: bool) -> None:
    customer = make_town_hall()
    assert wanted_of(customer, on=TODAY) is None
    look_up(TOWN_HALL, at=NOON, directory=MemoryDirectory(listed))

    assert (wanted_of(customer, on=TODAY) is not None) == is_wanted


def test_a_default_without_end_needs_no_reminder(mayor: Customer) -> None:
    plan(mayor)
    accounts.update_profile(mayor, name=mayor.name, at=NOON, engagement_number="EJ-TOUJOURS")

    assert letters(5) == 0


def test_other_apps_say_their_billing_day(mayor: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "_asked", [])
    planning.register(lambda customers, _today: dict.fromkeys(customers, DAY))

    assert letters(30) == 1
    plan(mayor, DAY - timedelta(days=10))
    wanted = wanted_of(mayor, on=TODAY)
    assert wanted is not None
    assert wanted.on == DAY - timedelta(days=10)


def test_beat_rings_once_an_hour_and_the_job_asks(mayor: Customer) -> None:
    plan(mayor)

    tasks.remind()
    tasks.remind()

    assert Job.objects.filter(kind=jobs.REMIND).count() <= 2  # two, when the hour ends between them
    assert jobs.remind(at=at_noon(DAY - timedelta(days=15))) == {"asked": 1}


def test_an_engagement_that_is_exhausted_hides_the_number_of_the_customer_as_at_issue(mayor: Customer) -> None:
    accounts.update_profile(mayor, name=mayor.name, at=NOON, engagement_number="EJ-TOUJOURS")
    accounts.add_engagement(mayor, "EJ-2", valid_from=TODAY, ceiling=Money(4680), by=None, at=NOON)
    assert wanted_of(mayor, on=TODAY) is None

    bill(mayor)

    assert wanted_of(mayor, on=TODAY) is not None
