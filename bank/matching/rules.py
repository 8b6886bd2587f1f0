"""What each reason is worth, and the limits of what is sure. The active version is a row (`bank.models.RuleSet`)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class Chip(StrEnum):
    """A reason for a candidate, or against it."""

    CUSTOMER_CHECKED = "CUSTOMER_CHECKED"
    CUSTOMER_READ = "CUSTOMER_READ"
    INVOICE_NAMED = "INVOICE_NAMED"
    INVOICE_READ = "INVOICE_READ"
    QUOTE_NAMED = "QUOTE_NAMED"
    AMOUNT_NAMED = "AMOUNT_NAMED"
    AMOUNT_EXACT = "AMOUNT_EXACT"
    AMOUNT_SUM = "AMOUNT_SUM"
    AMOUNT_DUE = "AMOUNT_DUE"
    ANNOUNCED = "ANNOUNCED"
    PAYER_KNOWN = "PAYER_KNOWN"
    PAYER_SEEN = "PAYER_SEEN"
    NAME_SAME = "NAME_SAME"
    PUBLIC = "PUBLIC"
    ALREADY_PAID = "ALREADY_PAID"
    PAYER_SHARED = "PAYER_SHARED"
    CONFLICT = "CONFLICT"


class Ground(StrEnum):
    """Why a line may be posted by itself (house rule: unambiguous, and supported by a checked reference)."""

    CUSTOMER = "CUSTOMER"
    INVOICES = "INVOICES"
    QUOTE = "QUOTE"


POINTS: Final[dict[str, int]] = {
    Chip.CUSTOMER_CHECKED: 70,
    Chip.CUSTOMER_READ: 40,
    Chip.INVOICE_NAMED: 50,
    Chip.INVOICE_READ: 25,
    Chip.QUOTE_NAMED: 50,
    Chip.AMOUNT_NAMED: 30,
    Chip.AMOUNT_EXACT: 25,
    Chip.AMOUNT_SUM: 20,
    Chip.AMOUNT_DUE: 20,
    Chip.ANNOUNCED: 30,
    Chip.PAYER_KNOWN: 30,
    Chip.PAYER_SEEN: 10,
    Chip.NAME_SAME: 15,
    Chip.PUBLIC: 5,
    Chip.ALREADY_PAID: -10,
    Chip.PAYER_SHARED: -15,
    Chip.CONFLICT: -30,
}
LIMITS: Final[dict[str, int]] = {
    "sure_score": 70,
    "sure_margin": 25,
    "payer_confirmations": 2,
    "auto_customer": 1,
    "auto_invoices": 1,
    "auto_quote": 1,
}


@dataclass(frozen=True, slots=True)
class Rules:
    """One version of the rules."""

    points: Mapping[str, int]
    limits: Mapping[str, int]

    def worth(self, chip: str) -> int:
        return self.points.get(chip, 0)

    def allows(self, ground: str) -> bool:
        """Whether lines are posted by themselves on that ground."""
        return bool(self.limits.get(f"auto_{ground.lower()}", 0))


FIRST: Final = Rules(POINTS, LIMITS)
