"""Staff make the account statement of a customer; nobody else does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from accounts.models import User
from billing_portal.staff.groups import SUPPORT
from core import clock
from core.clock import local_date
from invoices.tests.making import pay

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Customer

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture(autouse=True)
def _one_factor(settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False


def test_support_makes_a_statement_and_hears_of_a_bad_period(client: Client, customer: Customer) -> None:
    user = User.objects.create_user("support@example.org", "a-long-password-for-tests", is_staff=True)
    user.groups.add(Group.objects.get(name=SUPPORT))
    client.force_login(user)
    pay(customer, 10_000, at=clock.now())
    address, today = reverse("staff:statement", args=[customer.number]), local_date(clock.now()).isoformat()

    assert address in client.get(reverse("staff:customer", args=[customer.number])).content.decode()
    assert client.get(address).status_code == 200
    assert client.get(address, {"start": today, "end": "2000-01-01"}).status_code == 422
    assert client.get(address, {"start": today, "end": today}).content.startswith(b"%PDF")


def test_customers_find_no_such_page(client: Client, customer: Customer) -> None:
    client.force_login(User.objects.get(email="claire@example.org"))

    assert client.get(reverse("staff:statement", args=[customer.number])).status_code == 404
