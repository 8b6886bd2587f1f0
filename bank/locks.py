"""Locks of bank accounts, lines, and what is ordered about them. Order: lines, customers, order, file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bank.models import AnnouncedTransfer, BankAccount, LineWork, TransferFile, TransferOrder
from ledger import selectors as books
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


def lock_order(order_id: int) -> TransferOrder:
    """Lock the line that an order answers, everybody who has or had its money, then the order; as it is now."""
    line_id, lot_id = TransferOrder.objects.values_list("line_id", "lot_id").get(pk=order_id)
    lock_work(line_id)
    if lot_id is not None:
        ledger.lock_customers(books.owners_of(lot_id))
    found = TransferOrder.objects.select_for_update(of=("self",)).select_related("line", "customer", "approval")
    return found.get(pk=order_id)


def lock_transfer_file(file_id: int) -> TransferFile:
    """Lock a file of transfers until the end of the transaction; returns it as it is now."""
    return TransferFile.objects.select_for_update().get(pk=file_id)
