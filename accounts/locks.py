"""Rows of this app that are locked, in the one order of the house: customer series first, approvals last."""

from __future__ import annotations

from accounts.models import Approval, CustomerSeries


def lock_customer_series() -> CustomerSeries:
    """The series of customer numbers, until the end of the transaction. Made when the database is new."""
    CustomerSeries.objects.bulk_create([CustomerSeries(pk=1)], ignore_conflicts=True)
    return CustomerSeries.objects.select_for_update().get(pk=1)


def lock_approval(approval_id: int) -> Approval:
    """An approval, until the end of the transaction. Comes after the object that it is about."""
    return Approval.objects.select_for_update().get(pk=approval_id)
