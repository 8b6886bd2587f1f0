"""What a draft still waits for before it may be issued."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invoices.pricing import NothingToBill, price
from invoices.tax import VatNotDecided

if TYPE_CHECKING:
    from datetime import datetime

    from invoices.models import Invoice


def what_is_missing(draft: Invoice, *, at: datetime) -> str:
    """Why this draft would not be issued at that moment, in words for staff: a proof, a rule of VAT; else empty."""
    try:
        return price(draft.customer, list(draft.lines.order_by("position")), at=at).unproven
    except (VatNotDecided, NothingToBill) as refusal:
        return str(refusal)
