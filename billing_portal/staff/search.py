"""Find customers as staff ask for them: a number in any form, a name, an e-mail address, a SIREN or SIRET."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from accounts.models import BillingEmail, Customer, Membership
from core.references import NotACustomerNumber, read_customer_number

if TYPE_CHECKING:
    from django.db.models import QuerySet

_BUSINESS_DIGITS = re.compile(r"\d{9,14}")


def find_customers(customers: QuerySet[Customer], typed: str) -> QuerySet[Customer]:
    """The customers among these that the text may mean; all of them for an empty text. One query, sometimes two.

    A customer number or RF reference whose digits hold decides alone, when there is such a customer.
    """
    named = _by_number(customers, typed)
    if named is not None:
        return named
    digits = re.sub(r"[\s.]", "", typed)
    if _BUSINESS_DIGITS.fullmatch(digits):
        return customers.filter(Q(siret__startswith=digits) | Q(siren=digits))
    for word in typed.split():
        customers = customers.filter(Q(name__icontains=word) | Q(city__iexact=word) | _has_address(word))
    return customers


def _by_number(customers: QuerySet[Customer], typed: str) -> QuerySet[Customer] | None:
    try:
        number = read_customer_number(typed)
    except NotACustomerNumber:
        return None
    found = customers.filter(number=number.stored)
    return found if found.exists() else None


def _has_address(word: str) -> Q:
    """A billing address, or the address of somebody with access."""
    billing = BillingEmail.objects.filter(customer=OuterRef("pk"), email__icontains=word)
    people = Membership.objects.filter(customer=OuterRef("pk"), user__email__icontains=word)
    return Q(Exists(billing)) | Q(Exists(people))
