"""One shape for every format: what a bank says of an account, and what it says of our remittances."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bank.words import Format, LineKind
from core.money import ZERO, Money

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


@dataclass(frozen=True, slots=True)
class Party:
    """Who is on the other side."""

    name: str = ""
    iban: str = ""
    bic: str = ""
    ultimate: str = ""
    """On whose behalf: a payment platform's own customer."""


NOBODY = Party()


@dataclass(frozen=True, slots=True)
class Line:
    """One movement of the account; each detail of a batch is one, with its place (`part` of `parts`) in the batch.

    `amount` is signed: money in is positive. `place` is where it stands in the file, for messages. `charges` is what
    the bank says it kept, in cents; when it lowered the amount booked, it is a line of kind FEE of its own.
    """

    place: int
    booked_on: date
    amount: Money
    value_on: date | None = None
    kind: str = LineKind.OTHER
    bank_reference: str = ""
    part: int = 0
    parts: int = 1
    message_id: str = ""
    batch_id: str = ""
    end_to_end: str = ""
    mandate_ref: str = ""
    text: str = ""
    structured: str = ""
    party: Party = NOBODY
    operation_code: str = ""
    return_code: str = ""
    charges: Money = ZERO
    raw: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Statement:
    """What a bank says of one account over a period. Without balances, it is a list of movements (CAMT.054, CSV).

    `account` is the IBAN where the format gives one, else what stands in its place, or nothing. `left_out` counts what
    is no movement yet: pending entries, and those of 0.00.
    """

    format: Format
    account: str
    currency: str = "EUR"
    statement_id: str = ""
    sequence: str = ""
    first_on: date | None = None
    last_on: date | None = None
    opening: Money | None = None
    closing: Money | None = None
    lines: tuple[Line, ...] = ()
    left_out: int = 0
    file: str = ""

    @property
    def movements(self) -> Money:
        return Money(sum(line.amount.cents for line in self.lines))

    @property
    def gap(self) -> Money | None:
        """Opening + movements − closing: zero when the statement is whole; None without both balances."""
        if self.opening is None or self.closing is None:
            return None
        return self.opening + self.movements - self.closing

    def named(self, file: str) -> Statement:
        """The same, as it came in this file."""
        return replace(self, file=file)


@dataclass(frozen=True, slots=True)
class TransactionStatus:
    """What a bank says of one transaction of a remittance, or of a whole batch (`end_to_end` is then empty)."""

    batch_id: str
    batch_status: str
    end_to_end: str = ""
    instruction_id: str = ""
    status: str = ""
    reason: str = ""
    reason_text: str = ""
    amount: Money | None = None
    mandate_ref: str = ""
    collected_on: date | None = None


@dataclass(frozen=True, slots=True)
class StatusReport:
    """What a bank says of one remittance of ours (pain.002): of all of it, of its batches, of its transactions."""

    message_id: str
    original_message_id: str
    original_kind: str
    status: str = ""
    reason: str = ""
    reason_text: str = ""
    transactions: tuple[TransactionStatus, ...] = ()
