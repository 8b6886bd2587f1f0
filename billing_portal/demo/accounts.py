"""Open the accounts of the cast, and let everybody in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.models import Group

from accounts import services
from accounts.models import Customer, CustomerKind, Role, User
from billing_portal.demo import cast
from billing_portal.staff.groups import FINANCE, SUPPORT

if TYPE_CHECKING:
    from datetime import datetime

    from billing_portal.demo.cast import Person


@dataclass(frozen=True, slots=True)
class Accounts:
    """Who is billed in the demonstration."""

    individual: Customer
    company: Customer
    town_hall: Customer
    stranger: Customer
    workshop: Customer
    island: Customer


def open_accounts(*, at: datetime) -> Accounts:
    """The customers, their people with the one password, the accountant's rights, and two members of staff."""
    opened = Accounts(_individual(at), _company(at), _town_hall(at), _stranger(at), _workshop(at), _island(at))
    users = {person: _let_in(person) for person in cast.PEOPLE}
    for customer in (opened.individual, opened.company):
        services.add_member(customer, users[cast.PAUL], Role.READ_ONLY)
    _make_staff(users[cast.SAMIR], SUPPORT)
    _make_staff(users[cast.FANNY], FINANCE)
    return opened


def _individual(at: datetime) -> Customer:
    return services.create_customer(
        kind=CustomerKind.PERSON,
        name="Claire Martin",
        email=cast.CLAIRE.email,
        at=at,
        address_line1="3 rue des Lilas",
        postcode="69003",
        city="Lyon",
    )


def _company(at: datetime) -> Customer:
    return services.create_customer(
        kind=CustomerKind.COMPANY,
        name="Atelier Durand SARL",
        email=cast.NADIA.email,
        at=at,
        siret="73282932000074",
        vat_number="FR44732829320",
        address_line1="12 quai de la Fosse",
        postcode="44000",
        city="Nantes",
    )


def _town_hall(at: datetime) -> Customer:
    return services.create_customer(
        kind=CustomerKind.PUBLIC,
        name="Mairie de Saint-Aubin",
        email=cast.LUCIE.email,
        at=at,
        siret="21690123100011",
        service_code="FACT-01",
        engagement_number="EJ-2026-0042",
        address_line1="1 place de la République",
        postcode="69330",
        city="Saint-Aubin",
    )


def _stranger(at: datetime) -> Customer:
    return services.create_customer(
        kind=CustomerKind.PERSON,
        name="Oscar Lindqvist",
        email=cast.OSCAR.email,
        at=at,
        address_line1="27 rue de la Paix",
        postcode="75002",
        city="Paris",
        language="en",
    )


def _workshop(at: datetime) -> Customer:
    """A business of another member state: its VAT number is checked, and it owes the VAT itself."""
    return services.create_customer(
        kind=CustomerKind.COMPANY,
        name="Berliner Werkstatt GmbH",
        email="rechnung@werkstatt.example.org",
        at=at,
        vat_number="DE136695976",
        address_line1="Oranienstraße 25",
        postcode="10999",
        city="Berlin",
        country="DE",
        language="en",
    )


def _island(at: datetime) -> Customer:
    """A business of Réunion, which pays the rate of the overseas departments."""
    return services.create_customer(
        kind=CustomerKind.COMPANY,
        name="Vanille du Sud SARL",
        email="compta@vanille.example.org",
        at=at,
        address_line1="8 rue de la Plage",
        postcode="97410",
        city="Saint-Pierre",
    )


def _let_in(person: Person) -> User:
    user = User.objects.filter(email=person.email).first() or User.objects.create_user(person.email)
    user.first_name, user.last_name, user.language = person.first_name, person.last_name, person.language
    user.save(update_fields=["first_name", "last_name", "language"])
    services.give_password(user, cast.PASSWORD)
    return user


def _make_staff(user: User, group: str) -> None:
    user.is_staff = True
    user.save(update_fields=["is_staff"])
    user.groups.add(Group.objects.get(name=group))
