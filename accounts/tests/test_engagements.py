"""Engagement numbers given in advance: who may have them, and never two for one service on one day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError, connection, transaction

from accounts import selectors, services
from accounts.models import Customer, Engagement, PublicKind
from accounts.services import BadEngagement
from core.money import Money
from tests.support.cast import NOON, make_company, make_town_hall
from tests.support.rivals import race

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db
YEAR = (date(2026, 1, 1), date(2026, 12, 31))


@pytest.fixture
def mayor(db: None) -> Customer:
    return make_town_hall()


def add(customer: Customer, number: str = "EJ-1", days: tuple[date, date | None] = YEAR, **more: Any) -> Engagement:
    return services.add_engagement(
        customer, number, valid_from=days[0], valid_until=days[1], at=NOON, **{"by": None, **more}
    )


def held(customer: Customer, on: date) -> dict[str, str]:
    found = selectors.engagements_on([customer.pk], on=on)
    return {service: row.number for (_, service), row in found.items()}


def test_each_day_and_service_has_the_number_that_holds(mayor: Customer) -> None:
    add(mayor, "EJ/2026-1")
    add(mayor, "EJ/2027-1", (date(2027, 1, 1), None))
    add(mayor, "V-7", YEAR, service_code="ST-VOIRIE", market_number="M 2026/4")

    assert held(mayor, date(2026, 12, 31)) == {"": "EJ/2026-1", "ST-VOIRIE": "V-7"}
    assert held(mayor, date(2027, 1, 1)) == {"": "EJ/2027-1"}


@pytest.mark.parametrize(
    "days",
    [
        (date(2026, 12, 31), None),
        (date(2025, 1, 1), date(2026, 1, 1)),
        (date(2026, 5, 1), date(2026, 6, 1)),
        (date(2025, 1, 1), None),
    ],
)
def test_two_never_hold_for_one_service_on_one_day(mayor: Customer, days: tuple[date, date | None]) -> None:
    row = add(mayor)

    with pytest.raises(BadEngagement, match="EJ-1"):
        add(mayor, "EJ-2", days)
    with pytest.raises(IntegrityError, match="accounts_engagement_one_a_day"), transaction.atomic():
        Engagement.objects.create(
            customer=mayor, number="EJ-2", valid_from=days[0], valid_until=days[1], created_at=NOON
        )

    services.end_engagement(row, at=NOON)
    services.end_engagement(row, at=NOON)
    assert add(mayor, "EJ-2", days).number == "EJ-2"


@pytest.mark.parametrize(
    ("number", "more", "field"),
    [
        ("", {}, "number"),
        ("E" * 51, {}, "number"),
        ("EJ-1", {"service_code": "S" * 101}, "service_code"),
        ("EJ-1", {"market_number": "M" * 51}, "market_number"),
        ("EJ-1", {"ceiling": Money(0)}, "ceiling"),
        ("EJ-1", {"days": (date(2026, 2, 1), date(2026, 1, 1))}, "valid_until"),
    ],
)
def test_what_cannot_be_is_refused_and_named(mayor: Customer, number: str, more: dict[str, Any], field: str) -> None:
    with pytest.raises(BadEngagement) as refused:
        add(mayor, number, **more)

    assert refused.value.field == field


def test_fifty_characters_with_slashes_are_an_engagement_number(mayor: Customer) -> None:
    number = "2026/EJ-0042/" + "9" * 37

    assert add(mayor, number).number == number


def test_only_public_bodies_have_engagements(db: None) -> None:
    with pytest.raises(BadEngagement):
        add(make_company())


@pytest.mark.parametrize(
    "change",
    [
        {"number": "EJ-2"},
        {"customer_id": 10_000},
        {"service_code": "X"},
        {"ceiling_cents": 5},
        {"valid_until": date(2026, 12, 30)},
        {"valid_from": date(2026, 1, 2)},
    ],
)
def test_what_was_written_stays(mayor: Customer, change: dict[str, Any]) -> None:
    add(mayor)

    with pytest.raises(IntegrityError, match="accounts_engagement_as_written"), transaction.atomic():
        Engagement.objects.update(**change)


def test_an_ended_one_does_not_come_back(mayor: Customer) -> None:
    services.end_engagement(add(mayor), at=NOON)

    with pytest.raises(IntegrityError, match="accounts_engagement_as_written"), transaction.atomic():
        Engagement.objects.update(ended_at=None)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("accounts_engagement_has_a_number", {"number": ""}),
        ("accounts_engagement_days_in_order", {"valid_until": date(2025, 1, 1)}),
        ("accounts_engagement_ceiling_positive", {"ceiling_cents": 0}),
    ],
)
def test_the_database_refuses_what_an_engagement_cannot_be(mayor: Customer, name: str, wrong: dict[str, Any]) -> None:
    right = {"customer": mayor, "number": "EJ-1", "valid_from": YEAR[0], "valid_until": None, "created_at": NOON}

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Engagement.objects.create(**{**right, **wrong})


def test_a_kind_of_public_body_is_one_of_three(mayor: Customer) -> None:
    assert mayor.public_kind == PublicKind.STATE_LOCAL
    with pytest.raises(IntegrityError, match="accounts_customer_public_kind_known"), transaction.atomic():
        Customer.objects.update(public_kind="OTHER")


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
@pytest.mark.skipif("sqlite" in connection.vendor, reason="SQLite has one writer at a time")
def test_two_at_once_do_not_both_hold() -> None:
    mayor = make_town_hall()

    def writes(number: str) -> Callable[[], Engagement]:
        return lambda: add(mayor, number)

    endings = race(writes("EJ-1"), writes("EJ-2"))

    assert [type(ending.error) for ending in endings if ending.error] == [BadEngagement]
    assert Engagement.objects.count() == 1
