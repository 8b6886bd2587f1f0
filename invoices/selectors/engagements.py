"""What was billed on engagement numbers, and what is left of those with a ceiling."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import BigIntegerField, Case, F, Sum, When

from core.money import ZERO, Money
from invoices.models import Invoice
from invoices.states import DocumentKind, InvoiceStatus

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from accounts.models import Engagement


def billed_on(customers: Collection[int], numbers: Collection[str]) -> dict[tuple[int, str], Money]:
    """By (customer, number): the invoices that carry it, less the credit notes that do. Nothing billed: no entry."""
    counted = Case(
        When(kind=DocumentKind.CREDIT_NOTE, then=-F("total_cents")),
        default=F("total_cents"),
        output_field=BigIntegerField(),
    )
    found = Invoice.objects.filter(
        customer__in=customers, status=InvoiceStatus.ISSUED, engagement_number__in=numbers
    ).exclude(engagement_number="")
    summed = found.order_by().values_list("customer", "engagement_number").annotate(cents=Sum(counted))
    return {(customer, number): Money(cents) for customer, number, cents in summed}


def left_on(engagements: Iterable[Engagement]) -> dict[int, Money]:
    """What is left of each engagement that has a ceiling, by its id; below zero when more was billed. One query."""
    limited = [row for row in engagements if row.ceiling_cents is not None]
    if not limited:
        return {}
    billed = billed_on({row.customer_id for row in limited}, {row.number for row in limited})
    return {row.pk: Money(row.ceiling_cents or 0) - billed.get((row.customer_id, row.number), ZERO) for row in limited}
