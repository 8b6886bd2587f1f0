"""The fixed cast: the same people in every test, made by the product's own verbs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from accounts import services
from accounts.models import CustomerKind, Role, User

if TYPE_CHECKING:
    from accounts.models import Customer

NOON = datetime(2026, 11, 30, 11, 0, tzinfo=UTC)
"""Noon in Paris, on a Monday at the end of a month."""
TOWN_HALL_SIRET = "21690123100011"
COMPANY_SIRET = "73282932000074"


@dataclass(frozen=True, slots=True)
class Cast:
    """Who acts in the tests."""

    individual: Customer
    company: Customer
    town_hall: Customer
    stranger: Customer
    claire: User
    accountant: User
    outsider: User


def make_individual(at: datetime = NOON) -> Customer:
    return services.create_customer(
        kind=CustomerKind.PERSON,
        name="Claire Martin",
        email="claire@example.org",
        at=at,
        address_line1="3 rue des Lilas",
        postcode="69003",
        city="Lyon",
    )


def make_company(at: datetime = NOON) -> Customer:
    return services.create_customer(
        kind=CustomerKind.COMPANY,
        name="Atelier Durand SARL",
        email="compta@durand.example.org",
        at=at,
        siret=COMPANY_SIRET,
        address_line1="12 quai de la Fosse",
        postcode="44000",
        city="Nantes",
    )


def make_town_hall(at: datetime = NOON) -> Customer:
    return services.create_customer(
        kind=CustomerKind.PUBLIC,
        name="Mairie de Saint-Étienne-du-Bois",
        email="mairie@example.org",
        at=at,
        siret=TOWN_HALL_SIRET,
        service_code="FACT-01",
        address_line1="2 place de l’Hôtel-de-Ville",
        postcode="01370",
        city="Saint-Étienne-du-Bois",
    )


def make_cast(at: datetime = NOON) -> Cast:
    """Everybody at once. The accountant reads the individual's account and nothing else."""
    individual, company, town_hall = make_individual(at), make_company(at), make_town_hall(at)
    stranger = services.create_customer(kind=CustomerKind.PERSON, name="Ivan Inconnu", email="ivan@example.org", at=at)
    accountant = User.objects.create_user("cabinet@example.org", "a-long-password-for-tests")
    services.add_member(individual, accountant, Role.READ_ONLY)
    return Cast(
        individual=individual,
        company=company,
        town_hall=town_hall,
        stranger=stranger,
        claire=User.objects.get(email="claire@example.org"),
        accountant=accountant,
        outsider=User.objects.get(email="ivan@example.org"),
    )
