"""Accounts of the chart: house accounts have no balance row, their entries are summed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Sum

from core.money import Money
from ledger.models import Entry


@dataclass(frozen=True, slots=True)
class AccountEntry:
    """What one transaction changed on an account, debits less credits."""

    tx_id: int
    on: date
    amount: Money
    label: str
    piece_ref: str


def account_balance(code: str, until: date | None = None) -> Money:
    """Debits less credits of an account, up to and including that effective day."""
    entries = Entry.objects.filter(account=code)
    if until is not None:
        entries = entries.filter(tx__effective_on__lte=until)
    return Money(int(entries.aggregate(cents=Sum("amount_cents"))["cents"] or 0))


def account_sum(code: str, *, keys: str) -> Money:
    """Debits less credits of an account, in the transactions whose key begins so."""
    entries = Entry.objects.filter(account=code, tx__key__startswith=keys)
    return Money(int(entries.aggregate(cents=Sum("amount_cents"))["cents"] or 0))


def account_days(code: str, *, since: date, until: date) -> dict[date, Money]:
    """Debits less credits of each effective day that moved the account, both ends included. One query."""
    rows = Entry.objects.filter(account=code, tx__effective_on__gte=since, tx__effective_on__lte=until)
    summed = rows.values("tx__effective_on").annotate(cents=Sum("amount_cents")).order_by("tx__effective_on")
    return {row["tx__effective_on"]: Money(row["cents"]) for row in summed}


def account_entries(code: str, *, since: date, until: date) -> list[AccountEntry]:
    """What each transaction of these days changed on the account, in order. One query."""
    rows = Entry.objects.filter(account=code, tx__effective_on__gte=since, tx__effective_on__lte=until)
    columns = ("tx_id", "tx__effective_on", "tx__label", "tx__piece_ref")
    summed = rows.values(*columns).annotate(cents=Sum("amount_cents")).order_by("tx__effective_on", "tx_id")
    return [
        AccountEntry(row["tx_id"], row["tx__effective_on"], Money(row["cents"]), row["tx__label"], row["tx__piece_ref"])
        for row in summed
    ]
