"""What must always hold of the ledger."""

from __future__ import annotations

from core.checks import Check
from ledger.verification import count, verify


def books_are_in_order() -> list[Check]:
    """Balances, running balances, lots, items, holds, VAT and guards are what the rows say."""
    counted = f"{count()['transactions']} transactions"
    return [Check(f"ledger: {v.name}", ok=v.ok, detail=v.broken or counted) for v in verify()]
