"""Locks of bank accounts, in one order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bank.models import AnnouncedTransfer, BankAccount, LineWork
from ledger import services as ledger

if TYPE_CHECKING:
    from collections.abc import Iterable


def lock_accounts(keys: Iterable[int]) -> list[BankAccount]:
    """One import at a time writes the lines of an account."""
    return list(BankAccount.objects.select_for_update().filter(pk__in=list(keys)).order_by("pk"))


def lock_work(line_id: int) -> LineWork:
    """Lock the work on a line until the end of the transaction; returns it as it is now, with its line."""
    found = LineWork.objects.select_for_update(of=("self",)).select_related("line__account", "line__statement")
    return found.get(pk=line_id)


def lock_announced(announced_id: int) -> AnnouncedTransfer:
    """Lock an announced transfer after its customer's account; returns it as it is now, with its customer."""
    ledger.lock_customers([AnnouncedTransfer.objects.values_list("customer_id", flat=True).get(pk=announced_id)])
    return AnnouncedTransfer.objects.select_for_update(of=("self",)).select_related("customer").get(pk=announced_id)
