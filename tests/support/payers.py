"""People who send transfers, as the sandbox's writer of labels needs them: numbers that hold, invoices, quotes.

Around them the world is full: every customer number from C100001 to C200000 exists, and every invoice from
FA2026-000001 to FA2026-005000. What is misread is then somebody's.
"""

from __future__ import annotations

import random

from core.references import make_customer_number
from sandbox.bank.fates import account
from sandbox.bank.labels import Label, Payer, labels, ways

__all__ = ["Label", "Payer", "account", "exists", "labels", "payers", "ways"]

FIRST, LAST = 100_001, 200_000
INVOICES = 5_000


def payers(count: int, *, seed: int) -> list[Payer]:
    """So many, by chance from a seed; no invoice is owed by two."""
    chance = random.Random(seed)
    invoices = random.Random(seed).sample(range(1, INVOICES + 1), INVOICES)
    return [_payer(chance, invoices) for _ in range(count)]


def exists(number: str) -> bool:
    """Whether that customer or document is there."""
    if number.startswith("C"):
        return FIRST <= int(number[1:]) <= LAST
    return not number.startswith("FA") or (number.startswith("FA2026-") and 1 <= int(number[7:]) <= INVOICES)


def _payer(chance: random.Random, invoices: list[int]) -> Payer:
    number = make_customer_number(chance.randrange(FIRST, LAST + 1))
    owed = [invoices.pop() for _ in range(min(chance.randrange(4), len(invoices)))]
    quotes = [f"{chance.choice(('DE', 'PF'))}2026-{chance.randrange(1, 900):06d}" for _ in range(chance.randrange(2))]
    return Payer(
        number.stored,
        number.check_digits,
        invoices=tuple((f"FA2026-{serial:06d}", chance.randrange(500, 90_000)) for serial in owed),
        quotes=tuple((quote, chance.randrange(500, 9_000)) for quote in quotes),
        public=chance.random() < 0.1,
    )
