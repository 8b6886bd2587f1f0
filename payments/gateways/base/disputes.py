"""Money that a payer wants back from their bank, or from the provider."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from core.money import Money
    from payments.models import DisputeCause


class DisputeState(StrEnum):
    """Where a dispute stands, in our words."""

    WARNING = "WARNING"  # somebody asks; no money was taken for it
    OPENED = "OPENED"
    ANSWERED = "ANSWERED"
    WON = "WON"
    LOST = "LOST"
    CLOSED = "CLOSED"  # over without a decision
    UNKNOWN = "UNKNOWN"  # the provider says a word that we do not know


@dataclass(frozen=True, slots=True)
class DisputeMovement:
    """Money that moved for a dispute, as the provider's own statement has it.

    `amount` and `fee` are what left our account there; negative when it came back.
    """

    object_id: str
    amount: Money
    fee: Money
    currency: str
    moved_at: datetime


@dataclass(frozen=True, slots=True)
class Dispute:
    """A dispute as the provider has it now. `status` and `reason` are its own words.

    `charge_id` and `reference` say which payment it is about. `freezes` means that the provider keeps the money aside
    until it has decided, without taking it. `due_at` is when evidence must have come. `once`: it is over, never
    changes, and cannot be read again.
    """

    object_id: str
    state: DisputeState
    status: str
    cause: DisputeCause
    reason: str
    amount: Money
    currency: str
    opened_at: datetime
    charge_id: str
    reference: str
    due_at: datetime | None = None
    movements: tuple[DisputeMovement, ...] = ()
    freezes: bool = False
    answerable: bool = False
    once: bool = False
    authentication: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What we answer with: words of ours, and the pack as a PDF. `key` makes the sending repeatable.

    `purchase_address` is the address that the payment was asked for from; empty when it is not known.
    """

    text: str
    pack: bytes = field(repr=False)
    filename: str
    customer_name: str
    customer_email: str
    service: str
    key: str
    purchase_address: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class FraudWarning:
    """A bank says that a payment may be a fraud, before any dispute. `kind` is its own word."""

    object_id: str
    kind: str
    charge_id: str
    reference: str
    warned_at: datetime
