"""Where a customer stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Sum

from core.money import ZERO, Money
from ledger.models import CustomerBalance, OpenItem, StatementRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Balance:
    """All in the customer's sense: what is theirs is positive, and so is what they owe."""

    prepaid: Money = ZERO
    receivable: Money = ZERO
    incoming: Money = ZERO
    outgoing: Money = ZERO

    @property
    def available(self) -> Money:
        """What may be spent, settled with, or given back."""
        return self.prepaid - self.outgoing

    @property
    def balance(self) -> Money:
        """The running balance of the transactions page."""
        return self.prepaid - self.receivable


def get_balance(customer_id: int) -> Balance:
    """The balance of one customer, in the customer's sense; zero for one that never had a movement. One query."""
    return balances_of([customer_id])[customer_id]


def balances_of(customer_ids: Iterable[int]) -> dict[int, Balance]:
    """The balance of each of these customers; zero for one that never had a movement."""
    ids = list(customer_ids)
    rows = CustomerBalance.objects.filter(customer__in=ids)
    return dict.fromkeys(ids, Balance()) | {row.customer_id: _view(row) for row in rows}


def amount_to_collect(customer_id: int) -> Money:
    """What may still be asked for: what is open and not disputed, less the money that is on its way in."""
    balance = get_balance(customer_id)
    contested = OpenItem.objects.filter(customer=customer_id, open_cents__gt=0, disputed=True)
    cents = contested.aggregate(cents=Sum("open_cents", default=0))["cents"]
    return max(balance.receivable - Money(cents) - balance.incoming, ZERO)


def nets_of(tx_ids: Sequence[int]) -> dict[int, Money]:
    """What each of these transactions brought its customer (a payment is positive, an invoice negative)."""
    rows = StatementRow.objects.filter(tx__in=tx_ids).values_list("tx_id", "net_cents")
    return {tx_id: Money(-cents) for tx_id, cents in rows}


def _view(row: CustomerBalance) -> Balance:
    return Balance(
        Money(-row.prepaid_cents), Money(row.receivable_cents), Money(row.incoming_cents), Money(row.outgoing_cents)
    )
