from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.forms.models import model_to_dict

from accounts.models import Membership, Role, Seller, User
from accounts.selectors import current_seller
from core import clock

if TYPE_CHECKING:
    from django.test import Client

    from tests.support.cast import Cast

pytestmark = pytest.mark.django_db


def seller_form(**changes: object) -> dict[str, object]:
    today = clock.local_date(clock.now())
    known = model_to_dict(current_seller(on=today), exclude=["id"])
    return {**known, "vat_on_debits": "on", "valid_from": today.isoformat(), **changes}


def test_a_new_identity_of_the_seller_is_a_new_row(admin_client: Client) -> None:
    assert "Hébergeur SARL" in admin_client.get("/admin/accounts/seller/add/").text

    admin_client.post(
        "/admin/accounts/seller/add/", seller_form(name="Hébergeur SAS", iban="FR76 3000 6000 0112 3456 7890 189")
    )

    today = clock.local_date(clock.now())
    assert current_seller(on=today).iban == "FR7630006000011234567890189"
    assert current_seller(on=today - timedelta(days=1)).name == "Hébergeur SARL"


@pytest.mark.parametrize(
    "change", [{"iban": "FR76 3000"}, {"siren": "404833048"}, {"valid_from": "2021-01-01"}, {"name": ""}]
)
def test_a_wrong_identity_is_refused(admin_client: Client, change: dict[str, object]) -> None:
    answer = admin_client.post("/admin/accounts/seller/add/", seller_form(**change))

    assert answer.status_code == 200
    assert Seller.objects.count() == 1


def test_an_identity_in_force_is_never_edited_nor_deleted(admin_client: Client) -> None:
    seller = Seller.objects.get()

    assert admin_client.post(f"/admin/accounts/seller/{seller.pk}/change/", seller_form(name="X")).status_code == 403
    assert admin_client.post(f"/admin/accounts/seller/{seller.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_new_person_comes_in_without_a_password_of_ours(admin_client: Client) -> None:
    admin_client.post(
        "/admin/accounts/user/add/", {"email": "New@Example.org", "language": "fr", "is_active": "on", "is_staff": "on"}
    )

    person = User.objects.get(email="new@example.org")
    assert not person.has_usable_password()
    assert person.is_staff


def test_nobody_raises_their_own_rights(admin_client: Client, admin_user: User) -> None:
    page = admin_client.get(f"/admin/accounts/user/{admin_user.pk}/change/").text

    assert 'name="is_staff"' not in page
    assert 'name="is_superuser"' not in page
    assert 'name="password"' not in page


def test_staff_cannot_leave_a_customer_without_owner(admin_client: Client, cast: Cast) -> None:
    own = Membership.objects.get(user=cast.claire)
    address = f"/admin/accounts/membership/{own.pk}"

    admin_client.post(f"{address}/change/", {"role": "READ_ONLY"})
    admin_client.post(f"{address}/delete/", {"post": "yes"})
    admin_client.post(
        "/admin/accounts/membership/add/",
        {"user": cast.outsider.pk, "customer": cast.individual.pk, "role": "BILLING"},
    )

    assert Membership.objects.get(pk=own.pk).role == Role.OWNER
    assert Membership.objects.get(user=cast.outsider, customer=cast.individual).role == Role.BILLING
