"""What a public body and staff see before invoices cannot leave: a number that is wanted, a receiver that is lost."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from accounts.models import Role, User
from accounts.services import add_member
from billing_portal.dashboard import overview
from billing_portal.staff.chorus_queues import receiver_queues
from billing_portal.staff.groups import FINANCE
from billing_portal.tests.test_staff_debits import member
from chorus.services.directory import look_up
from chorus.tests.directory_desk import TOWN_HALL, Listed, MemoryDirectory, town_hall
from chorus.tests.test_reminding import bill, plan
from core import clock
from core.clock import local_date
from tests.support.cast import NOON, make_town_hall

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

    from tests.support.cast import Cast


@pytest.mark.once
def test_a_public_body_without_a_receiver_is_counted_and_listed(cast: Cast) -> None:
    at = clock.now()
    (nobody,) = receiver_queues(at=at)
    assert (nobody.count, nobody.is_urgent) == (0, False)
    look_up(cast.town_hall.siret, at=at, directory=MemoryDirectory())

    (lost,) = receiver_queues(at=at)
    assert lost.count == 1
    page = member("fanny", FINANCE).get(lost.address).content.decode()
    assert cast.town_hall.name in page
    assert cast.company.name not in page


@pytest.mark.django_db
def test_the_dashboard_asks_nothing_more_when_nothing_is_required(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    mayor = make_town_hall()
    bill(mayor)
    plan(mayor)
    look_up(TOWN_HALL, at=NOON, directory=MemoryDirectory(Listed(TOWN_HALL).has("FACT-01")))

    with django_assert_num_queries(6):
        page = overview(mayor, at=NOON, may_pay=True)
    assert (page["wanted"], page["to_complete"]) == (None, [])


@pytest.mark.once
@pytest.mark.django_db
@pytest.mark.parametrize("billed", [False, True])
def test_the_dashboard_says_which_day_a_number_is_wanted_for(billed: bool) -> None:
    mayor, at = make_town_hall(), clock.now()
    look_up(TOWN_HALL, at=at, directory=MemoryDirectory(town_hall()))
    if billed:
        bill(mayor)
    maude = User.objects.create_user("maude@example.org", "a-long-password-for-tests")
    add_member(mayor, maude, Role.OWNER)
    browser = Client()
    browser.force_login(maude)
    assert "Numéro d’engagement demandé sur vos prochaines factures" in browser.get("/").content.decode()

    plan(mayor, local_date(at) + timedelta(days=20))
    page = browser.get("/").content.decode()
    assert "Prochaine facture le " in page
    assert "/parametres/chorus/?etape=engagement" in page
