"""What is known of the numbers, payers and amounts that lines name: looked up at once, judged line by line."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class KnownCustomer:
    id: int
    number: str
    name: str
    is_public: bool


@dataclass(frozen=True, slots=True)
class KnownItem:
    """An invoice, or another thing to pay: of whom, and how much of it is open."""

    document: str
    customer_id: int
    open_cents: int


@dataclass(frozen=True, slots=True)
class KnownQuote:
    """A quote or pro forma invoice that may still be accepted."""

    number: str
    customer_id: int
    total_cents: int


@dataclass(slots=True)
class Known:
    """All that the judgement of some lines needs. Amounts are cents."""

    customers: dict[str, KnownCustomer] = field(default_factory=dict)
    by_id: dict[int, KnownCustomer] = field(default_factory=dict)
    items: dict[str, KnownItem] = field(default_factory=dict)
    quotes: dict[str, KnownQuote] = field(default_factory=dict)
    open_of: dict[int, list[KnownItem]] = field(default_factory=dict)
    payers: dict[int, Counter[int]] = field(default_factory=dict)
    named: dict[str, list[int]] = field(default_factory=dict)
    by_amount: dict[int, list[KnownItem]] = field(default_factory=dict)
    announced: dict[int, list[int]] = field(default_factory=dict)
