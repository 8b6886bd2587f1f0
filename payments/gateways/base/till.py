"""What a provider holds for us: its balance, what moved it, and what it sent to our bank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from core.money import Money
    from payments.models import MovementCause, PayoutStatus


@dataclass(frozen=True, slots=True)
class ProviderBalance:
    """Euros that the provider holds for us. `others` are the other currencies in which it holds something."""

    available: Money
    pending: Money
    others: tuple[str, ...] = ()

    @property
    def total(self) -> Money:
        return self.available + self.pending


@dataclass(frozen=True, slots=True)
class Movement:
    """One movement of that balance, in cents of its currency: net = gross − fee.

    `source_id` is the provider's object that caused it (the movement itself when there is none), `reference` is ours,
    when the provider repeats it.
    """

    object_id: str
    cause: MovementCause
    kind: str
    gross_cents: int
    fee_cents: int
    net_cents: int
    currency: str
    occurred_at: datetime
    source_id: str
    available_at: datetime | None = None
    reference: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class BankPayout:
    """Money that the provider sends to our bank, as it stands there now. A negative amount is taken from our bank."""

    object_id: str
    status: PayoutStatus
    amount_cents: int
    currency: str
    created_at: datetime
    arrives_at: datetime | None = None
    failure_code: str = ""


class Till(Protocol):
    """The part of a gateway that reads the money which the provider holds. It changes nothing there."""

    look_back_days: int
    """How late a movement may appear in the provider's lists."""
    page_size: int
    """How much of a list is asked for at a time."""

    def read_balance(self) -> ProviderBalance:
        """What the provider holds now. Raises Unsure."""

    def movements_since(self, moment: datetime, *, until: datetime) -> Iterator[Movement]:
        """What moved the balance from then on, at most 31 days, in no particular order. Raises Unsure."""

    def payouts_since(self, moment: datetime, *, until: datetime) -> Iterator[BankPayout]:
        """The payouts that began from then on, at most 31 days. Raises Unsure."""

    def read_payout(self, payout_id: str, *, begun_at: datetime | None = None) -> BankPayout:
        """A payout as it stands now; `begun_at` helps those who can only look in a period.

        Raises Refused (no such payout) or Unsure.
        """
