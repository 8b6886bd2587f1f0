"""Money on its way back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from core.money import ZERO

if TYPE_CHECKING:
    from datetime import datetime

    from core.money import Money


class RefundState(StrEnum):
    """Where money on its way back stands."""

    PENDING = "PENDING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class RefundOrder:
    """Money to give back. All of it comes from one row, so that the same key always says the same thing."""

    reference: str
    intent_id: str
    amount: Money
    note: str
    key: str


@dataclass(frozen=True, slots=True)
class Refund:
    """Money that a provider gives back for us. It is back with the customer when the state is COMPLETED.

    `moved`: it has left our balance there. `intent_id` is the payment that it gives back, `reference` what we called
    it (nothing when it was begun in the provider's own pages), `fee_back` what the provider returned of its fee.
    """

    object_id: str
    state: RefundState
    amount: Money
    currency: str
    intent_id: str
    reference: str
    made_at: datetime
    moved: bool
    fee_back: Money = ZERO
    reason: str = ""


class Refunds(Protocol):
    """Give money back to where it came from."""

    def refund(self, order: RefundOrder) -> Refund:
        """Give back some or all of a payment. The same order and key give the same refund.

        Raises Refused (more than is left, too late, disputed) or Unsure.
        """

    def read_refund(self, refund_id: str) -> Refund:
        """The refund as it is now. Raises Refused (no such refund) or Unsure."""

    def refunds_of(self, *, session_id: str, intent_id: str) -> list[Refund]:
        """Every refund of a payment, whoever began it, oldest first. Raises Unsure."""
