"""What stands on the invoices of customers, day by day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from accounts.models import InvoiceText

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from django.db.models import QuerySet

    from accounts.models import Customer


def texts_of(customer: Customer) -> QuerySet[InvoiceText]:
    """All texts of a customer, the latest first day first."""
    return InvoiceText.objects.filter(customer=customer).order_by("kind", "-valid_from")


def texts_on(customers: Collection[int], *, on: date) -> dict[tuple[int, str], str]:
    """What is written on invoices of that day: (customer, kind) to text. One query."""
    found = InvoiceText.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gte=on), customer__in=customers, valid_from__lte=on
    )
    return {(customer, kind): text for customer, kind, text in found.values_list("customer", "kind", "text")}
