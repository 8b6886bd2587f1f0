"""Accounts of the chart: house accounts have no balance row, their entries are summed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Sum

from core.money import Money
from ledger.models import Entry

if TYPE_CHECKING:
    from datetime import date


def account_balance(code: str, until: date | None = None) -> Money:
    """Debits less credits of an account, up to and including that effective day."""
    entries = Entry.objects.filter(account=code)
    if until is not None:
        entries = entries.filter(tx__effective_on__lte=until)
    return Money(int(entries.aggregate(cents=Sum("amount_cents"))["cents"] or 0))
