"""How much a debit may take now. Read under the customer's lock, right before it is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.money import ZERO, Money
from ledger import selectors as ledger
from payments.models import DebitKind

if TYPE_CHECKING:
    from payments.models import Debit

LEAST: Final = Money(50)
"""No provider takes less, and no bank should have to (docs.stripe.com/currencies, minimum amounts)."""


def amount_now(debit: Debit) -> Money:
    """What it was to pay and is still open, less the money on its way in, never above what was announced.

    Money at hand has paid what it could when it came. What is contested is not asked for. A top-up takes what its rule
    says: whether it is still wanted is decided before.
    """
    if debit.kind == DebitKind.TOP_UP:
        return debit.announced
    items = ledger.open_items(debit.customer_id)
    due = sum((item.open for item in items if item.due_date <= debit.due_on and not item.disputed), ZERO)
    incoming = ledger.get_balance(debit.customer_id).incoming
    return max(min(debit.announced, due - incoming), ZERO)
