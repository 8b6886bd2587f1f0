from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from accounts import selectors, services
from accounts.models import BillingEmail, Customer, CustomerKind, CustomerSeries, Membership, Role, User
from core.references import read_customer_number

if TYPE_CHECKING:
    from datetime import datetime

    from tests.support.cast import Cast

pytestmark = pytest.mark.django_db


def test_a_customer_has_a_number_an_owner_and_an_address_for_bills(noon: datetime) -> None:
    customer = services.create_customer(
        kind=CustomerKind.PERSON, name="Claire Martin", email="Claire@Example.org", at=noon
    )

    owner = User.objects.get(email="claire@example.org")
    assert read_customer_number(customer.reference.compact).stored == customer.number
    assert Membership.objects.get(user=owner).role == Role.OWNER
    assert selectors.billing_addresses(customer) == ["claire@example.org"]
    assert not owner.has_usable_password()


def test_numbers_follow_each_other_and_a_refusal_takes_none(noon: datetime) -> None:
    first = services.create_customer(kind=CustomerKind.PERSON, name="A", email="a@example.org", at=noon)
    with pytest.raises(services.BadIdentity):
        services.create_customer(kind=CustomerKind.COMPANY, name="B", email="b@example.org", at=noon, siret="1" * 14)
    second = services.create_customer(kind=CustomerKind.PERSON, name="C", email="c@example.org", at=noon)

    assert int(second.number[1:]) == int(first.number[1:]) + 1
    assert not User.objects.filter(email="b@example.org").exists()
    assert CustomerSeries.objects.get().last == int(second.number[1:])


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"siret": "73282932000075"}, "siret"),
        ({"siret": "732 829 320 0007"}, "siret"),
        ({"siret": "73282932000074", "siren": "404833048"}, "siren"),
        ({"siret": "73282932000074", "vat_number": "FR83404833048"}, "vat_number"),
        ({"vat_number": "FR00404833048"}, "vat_number"),
        ({"vat_number": "12345"}, "vat_number"),
        ({"country": "France"}, "country"),
        ({"language": "de"}, "language"),
        ({"postcode": "9" * 17}, "postcode"),
    ],
)
def test_a_wrong_number_is_refused_and_named(noon: datetime, fields: services.BuyerFields, wrong: str) -> None:
    with pytest.raises(services.BadIdentity) as refused:
        services.create_customer(kind=CustomerKind.COMPANY, name="B", email="b@example.org", at=noon, **fields)

    assert refused.value.field == wrong
    assert not Customer.objects.exists()


@pytest.mark.parametrize("siret", ["35600000049837", "356 000 000 00048", "73282932000074"])
def test_the_offices_of_la_poste_have_their_own_rule(noon: datetime, siret: str) -> None:
    customer = services.create_customer(
        kind=CustomerKind.COMPANY, name="La Poste", email="p@example.org", at=noon, siret=siret
    )

    assert customer.siret == siret.replace(" ", "")
    assert customer.siren == customer.siret[:9]


def test_a_french_public_body_needs_its_siret(noon: datetime) -> None:
    with pytest.raises(services.BadIdentity) as refused:
        services.create_customer(kind=CustomerKind.PUBLIC, name="Mairie", email="m@example.org", at=noon)

    assert refused.value.field == "siret"


def test_a_hostile_name_loses_its_line_breaks_and_its_turns(noon: datetime) -> None:
    customer = services.create_customer(
        kind=CustomerKind.COMPANY, name="Evil\r\nBcc: all@example.org\u202e\x00 Ltd", email="e@example.org", at=noon
    )

    assert customer.name == "Evil Bcc: all@example.org Ltd"


def test_an_empty_name_is_refused(noon: datetime) -> None:
    with pytest.raises(services.BadIdentity):
        services.create_customer(kind=CustomerKind.PERSON, name=" \n", email="e@example.org", at=noon)


def test_one_person_may_own_several_customers(cast: Cast, noon: datetime) -> None:
    second = services.create_customer(kind=CustomerKind.PERSON, name="Association", email="claire@example.org", at=noon)

    assert set(selectors.customers_of(cast.claire)) == {cast.individual, second}
    assert User.objects.filter(email="claire@example.org").count() == 1


def test_a_profile_keeps_what_is_not_given_and_its_history(cast: Cast, noon: datetime) -> None:
    services.update_profile(
        cast.company,
        name="Atelier Durand SAS",
        at=noon,
        billing_emails=["a@example.org", "A@example.org", "b@example.org"],
    )

    changed = Customer.objects.get(pk=cast.company.pk)
    assert (changed.name, changed.siret) == ("Atelier Durand SAS", cast.company.siret)
    assert selectors.billing_addresses(changed) == ["a@example.org", "b@example.org"]
    assert [row.name for row in changed.history.order_by("history_id")] == ["Atelier Durand SARL", "Atelier Durand SAS"]


def test_without_billing_address_the_owners_receive_the_bills(cast: Cast) -> None:
    BillingEmail.objects.filter(customer=cast.individual).delete()

    assert selectors.billing_addresses(cast.individual) == ["claire@example.org"]
