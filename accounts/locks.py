"""Rows of this app that are locked, in the one order of the house: customer series first."""

from __future__ import annotations

from accounts.models import CustomerSeries


def lock_customer_series() -> CustomerSeries:
    """The series of customer numbers, until the end of the transaction. Made when the database is new."""
    CustomerSeries.objects.bulk_create([CustomerSeries(pk=1)], ignore_conflicts=True)
    return CustomerSeries.objects.select_for_update().get(pk=1)
