"""Which invoices are paid in full, when, and by what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.money import ZERO, Money
from ledger import selectors as ledger
from ledger.services import AllocationKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from invoices.models import Invoice
    from ledger.selectors import AllocationView


@dataclass(frozen=True, slots=True)
class PaidBy:
    """Money of one source that paid part of an invoice, and the day from which it did."""

    on: date
    lot_id: int
    origin: str
    amount: Money


def paid_in_full(invoice: Invoice, allocations: Sequence[AllocationView] | None = None) -> list[PaidBy]:
    """What paid an invoice in full, oldest first; nothing when it is not paid, or not by money alone.

    What was undone does not count, nor do credit notes and write-offs: of an invoice that they reduced nobody can say
    that it was paid as it was issued. One query, none when its allocations are given.
    """
    found = ledger.allocations_of(str(invoice.number)) if allocations is None else allocations
    if not invoice.is_issued or invoice.is_credit_note:
        return []
    paid: dict[int, PaidBy] = {}
    for each in found:
        if each.kind == AllocationKind.MONEY and each.lot_id is not None:
            before = paid.get(each.lot_id)
            since = each.on if before is None or each.amount > ZERO else before.on
            amount = each.amount + (before.amount if before else ZERO)
            paid[each.lot_id] = PaidBy(since, each.lot_id, each.origin, amount)
    left = [each for each in paid.values() if each.amount > ZERO]
    if sum((each.amount for each in left), ZERO) != Money(invoice.total_cents):
        return []
    return sorted(left, key=lambda each: (each.on, each.lot_id))
