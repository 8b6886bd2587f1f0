"""Addresses as a mandate says them: a line each, the country in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.countries import country_name

if TYPE_CHECKING:
    from accounts.models import Customer, Seller


def creditor_address(seller: Seller, *, language: str) -> str:
    """The seller's address."""
    return _lines(seller, language=language)


def debtor_address(customer: Customer, *, language: str) -> str:
    """The customer's address."""
    return _lines(customer, language=language)


def _lines(party: Customer | Seller, *, language: str) -> str:
    town = f"{party.postcode} {party.city}".strip()
    country = country_name(party.country, french=language == "fr")
    return "\n".join(filter(None, [party.address_line1, party.address_line2, town, country]))
