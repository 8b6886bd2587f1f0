"""Questions about transfers that we order: which wait, which file they are in, what is kept for decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from accounts.models import Customer
from bank.models import OrderState, TransferFile, TransferOrder, TransferOrderEvent
from core.money import Money
from ledger import selectors as books

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

_OF_LINES: Final = "bank:"
_KEPT: Final = "#kept"


@dataclass(frozen=True, slots=True)
class Kept:
    """Money of a public body that waits for decision: whose, how much, since when, under which hold, of which lot."""

    customer: Customer
    amount: Money
    since: datetime
    hold_key: str
    lot_id: int


def kept_for_decision() -> list[Kept]:
    """What came by transfer and paid no document that it named, oldest first. Three queries."""
    kept = [money for money in books.kept_money(_OF_LINES) if _KEPT in money.key]
    owners = Customer.objects.in_bulk([money.customer_id for money in kept])
    lots = books.lots_under([money.key for money in kept])
    return [Kept(owners[money.customer_id], money.amount, money.since, money.key, lots[money.key]) for money in kept]


def orders_to_file() -> QuerySet[TransferOrder]:
    """The orders that the next file takes, oldest first."""
    return orders().filter(state=OrderState.ORDERED).order_by("pk")


def orders() -> QuerySet[TransferOrder]:
    """Orders with all that their pages show."""
    around = ("line", "party_account", "customer", "asked_by", "approval", "approval__decided_by", "file")
    return TransferOrder.objects.select_related(*around)


def orders_that_ended_badly() -> QuerySet[TransferOrder]:
    """The orders that the bank refused or that came back: the money needs another way."""
    return TransferOrder.objects.filter(state__in=[OrderState.REFUSED, OrderState.RETURNED])


def files_to_hand_over() -> QuerySet[TransferFile]:
    """The files of transfers that nobody gave to the bank."""
    return TransferFile.objects.filter(handed_at=None)


def history_of_order(order: TransferOrder) -> QuerySet[TransferOrderEvent]:
    """The steps of an order, in order."""
    return order.events.select_related("actor").order_by("pk")
