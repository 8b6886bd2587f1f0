"""Money on its way back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.money import Money


class RefundState(StrEnum):
    """Where money on its way back stands."""

    PENDING = "PENDING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class Refund:
    """Money that a provider gives back for us. It is back with the customer when the state is COMPLETED."""

    object_id: str
    state: RefundState
    amount: Money
    currency: str
    reason: str = ""
