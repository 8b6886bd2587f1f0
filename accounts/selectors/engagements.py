"""Which engagement numbers hold for whom, day by day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, Q

from accounts.models import Engagement

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from django.db.models import QuerySet

    from accounts.models import Customer


def engagements_of(customer: Customer) -> QuerySet[Engagement]:
    """All engagements of a customer, those in force first, then the latest first day first."""
    return Engagement.objects.filter(customer=customer).order_by(
        F("ended_at").desc(nulls_first=True), "service_code", "-valid_from", "-pk"
    )


def engagements_on(customers: Collection[int], *, on: date) -> dict[tuple[int, str], Engagement]:
    """Those that hold on that day: (customer, service code) to engagement. One query."""
    found = Engagement.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gte=on),
        customer__in=customers,
        valid_from__lte=on,
        ended_at__isnull=True,
    )
    return {(row.customer_id, row.service_code): row for row in found}
