"""When the next invoice of a customer comes: drafts with a plan, and what other apps know (a billing day).

An app that bills by itself registers a question: `register(next_billing_days)`; it is asked for many customers at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import TypeAlias

from django.db.models import Min

from invoices.models import Invoice
from invoices.states import DocumentKind, InvoiceStatus

Planned: TypeAlias = Callable[[Collection[int], date], Mapping[int, date]]
"""(customers, today) to the next day on which each is billed; a customer without one is left out."""

_asked: list[Planned] = []


def register(question: Planned) -> None:
    """Have this question asked too. Called once, when its app is ready; the same again is registered once."""
    if question not in _asked:
        _asked.append(question)


def next_invoices(customers: Collection[int], *, on: date) -> dict[int, date]:
    """The first day from today on, by customer, on which an invoice without an engagement number is meant to come.

    One query, and those of the apps that registered.
    """
    drafts = Invoice.objects.filter(
        customer__in=customers,
        kind=DocumentKind.INVOICE,
        status=InvoiceStatus.DRAFT,
        planned_on__gte=on,
        engagement_number="",
    )
    found = dict(drafts.order_by().values_list("customer").annotate(first=Min("planned_on")))
    for question in _asked:
        for customer, day in question(customers, on).items():
            if day >= on:
                found[customer] = min(day, found.get(customer, day))
    return found
