"""Where the money of a refund stands while the provider has not moved it, and when it never will."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger import selectors as books
from ledger import services as ledger

if TYPE_CHECKING:
    from datetime import datetime

    from payments.models import Refund


def is_held(refund: Refund) -> bool:
    """Whether the money is still under the hold of the refund: a chargeback may have taken it."""
    return refund.hold_key in books.holds_named(refund.hold_key)


def take_back(refund: Refund, *, at: datetime) -> None:
    """The money does not leave: it pays what may be paid; or is kept again when it must be given back anyway."""
    if refund.of_hold and is_held(refund):
        ledger.hold_outgoing(
            refund.customer_id,
            refund.amount,
            key=refund.kept_key,
            reason="kept for its return",
            at=at,
            lot_id=refund.lot_id,
            out_of=refund.hold_key,
        )
    else:
        ledger.release_hold(refund.hold_key, at=at)
