"""Locks, always in this order: customer (the ledger's), quotes, invoices, then the series of their numbers.

A series of receipts is locked before that of their cancellations, whichever is written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from invoices.models import DocumentSeries, Invoice, Quote, Validation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from invoices.states import Series

HeldSeries: TypeAlias = tuple[DocumentSeries, list[DocumentSeries]]
"""A series of one year, and all years of its prefix, locked."""


def lock_invoices(invoice_ids: Sequence[int]) -> dict[int, Invoice]:
    """Those invoices, locked in the order of their ids, by id."""
    found = Invoice.objects.select_for_update().filter(pk__in=invoice_ids).order_by("pk")
    return {invoice.pk: invoice for invoice in found}


def lock_validation(validation_id: int) -> Validation:
    """That outcome, locked. Raises Validation.DoesNotExist."""
    return Validation.objects.select_for_update().get(pk=validation_id)


def lock_quote(quote_id: int) -> Quote:
    """That quote, locked; its customer is locked before when an invoice comes of it. Raises Quote.DoesNotExist."""
    found = Quote.objects.select_related("customer", "invoice").select_for_update(of=("self",))
    return found.get(pk=quote_id)


def lock_series(prefix: Series, year: int) -> HeldSeries:
    """The series of that year (made if need be) and all years of the prefix, locked: years keep their order too."""
    rows = DocumentSeries.objects.select_for_update().filter(prefix=prefix).order_by("year")
    years = list(rows)
    if all(series.year != year for series in years):
        DocumentSeries.objects.bulk_create([DocumentSeries(prefix=prefix, year=year)], ignore_conflicts=True)
        years = list(rows.all())
    return next(series for series in years if series.year == year), years
