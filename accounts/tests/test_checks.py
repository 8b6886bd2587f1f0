from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from accounts import checks
from accounts.models import Customer, CustomerSeries, Membership, Seller

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tests.support.cast import Cast

pytestmark = pytest.mark.django_db


def test_a_sound_house_passes(cast: Cast) -> None:
    assert all(check.ok for check in [*checks.customers_can_be_reached(), *checks.somebody_sells()])


def test_a_customer_without_owner_is_named(cast: Cast) -> None:
    Membership.objects.filter(customer=cast.company).delete()

    owner, _ = checks.customers_can_be_reached()

    assert (owner.ok, owner.detail) == (False, cast.company.number)


def test_a_number_above_the_series_is_seen(cast: Cast) -> None:
    CustomerSeries.objects.update(last=1)

    _, series = checks.customers_can_be_reached()

    assert not series.ok
    assert Customer.objects.count() == 4


def test_production_does_not_sell_as_the_demonstration(db: None, settings: Settings) -> None:
    settings.ENVIRONMENT = "production"
    assert not checks.somebody_sells()[0].ok

    Seller.objects.all().delete()
    assert not checks.somebody_sells()[0].ok
