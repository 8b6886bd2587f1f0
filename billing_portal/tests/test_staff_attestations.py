"""Staff make the attestations of a customer; nobody else does it for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from accounts.models import User
from billing_portal.staff.groups import SUPPORT
from core import clock
from invoices import selectors
from invoices.tests.making import issued, pay

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Customer

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture(autouse=True)
def _one_factor(settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False


def test_support_makes_one_and_hears_why_not(client: Client, customer: Customer) -> None:
    user = User.objects.create_user("support@example.org", "a-long-password-for-tests", is_staff=True)
    user.groups.add(Group.objects.get(name=SUPPORT))
    client.force_login(user)
    pay(customer, 1_000, at=clock.now())
    page = reverse("staff:attestations", args=[customer.number])

    assert page in client.get(reverse("staff:customer", args=[customer.number])).content.decode()
    assert client.post(page, {"kind": "NOTHING_DUE"}).status_code == 302
    [made] = selectors.attestations_of(customer)
    assert made.asked_by == user
    assert made.number in client.get(page).content.decode()
    assert client.get(reverse("admin:invoices_attestation_change", args=[made.pk])).status_code == 200
    issued(customer, at=clock.now())
    assert client.post(page, {"kind": "NOTHING_DUE"}).status_code == 409


def test_staff_without_the_right_and_customers_do_not(client: Client, customer: Customer) -> None:
    page = reverse("staff:attestations", args=[customer.number])
    client.force_login(User.objects.create_user("new@example.org", "a-long-password-for-tests", is_staff=True))
    assert client.post(page, {"kind": "NOTHING_DUE"}).status_code == 403
    client.force_login(User.objects.get(email="claire@example.org"))

    assert client.post(page, {"kind": "NOTHING_DUE"}).status_code == 404
    assert not selectors.attestations_of(customer).exists()
