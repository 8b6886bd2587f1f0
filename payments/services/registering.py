"""Under which name a provider knows our customers."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from accounts import selectors as accounts
from payments.gateways.base import Person
from payments.models import ProviderCustomer

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Customer
    from payments.gateways.base import Gateway


def known_person(customer: Customer, *, provider: str) -> str:
    """The provider's id of that customer, or nothing when it does not know him."""
    known = ProviderCustomer.objects.filter(customer=customer, provider=provider)
    return known.values_list("object_id", flat=True).first() or ""


def person_of(customer: Customer, *, provider: str, gateway: Gateway, at: datetime) -> str:
    """The provider's id of that customer, who is made known there the first time.

    Two processes may do it at once: the key is the same, so is the answer. Raises Refused or Unsure.
    """
    known = known_person(customer, provider=provider)
    if known:
        return known
    made = gateway.register(_person(customer))
    row = ProviderCustomer(customer=customer, provider=provider, object_id=made, created_at=at)
    ProviderCustomer.objects.bulk_create([row], ignore_conflicts=True)
    return known_person(customer, provider=provider)


def _person(customer: Customer) -> Person:
    """What the provider is told, and a key made of it: the same words are the same call, other words another one."""
    email = next(iter(accounts.billing_addresses(customer)), "")
    told = "\n".join((customer.number, customer.name, email, customer.language, customer.created_at.isoformat()))
    digest = hashlib.sha256(told.encode()).hexdigest()[:32]
    return Person(customer.number, customer.name, email, customer.language, key=f"customer-{customer.number}-{digest}")
