"""How a quote or a pro forma invoice may change: it is sent, and ends once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.states import NotAllowed, StateTable
from invoices.states import QuoteStatus

if TYPE_CHECKING:
    from datetime import datetime

    from invoices.models import Quote

__all__ = ["TABLE", "NotAllowed", "move", "quote_states_page"]
SENT, ACCEPTED, REFUSED = QuoteStatus.SENT, QuoteStatus.ACCEPTED, QuoteStatus.REFUSED
EXPIRED, WITHDRAWN = QuoteStatus.EXPIRED, QuoteStatus.WITHDRAWN

TABLE: Final = StateTable(
    births={SENT: "sent by staff"},
    steps={
        (SENT, ACCEPTED): "accepted",
        (SENT, REFUSED): "refused",
        (SENT, EXPIRED): "not answered in time",
        (SENT, WITHDRAWN): "taken back by staff",
    },
    meanings={
        SENT: "Frozen, and written to the customer, who may answer until its last day. Nothing is owed.",
        ACCEPTED: "Its invoice is issued, for the same amount. Who agreed, from where and to which words is kept.",
        REFUSED: "The customer does not want it. Nothing was issued.",
        EXPIRED: "Its last day went by without an answer. Nothing was issued.",
        WITHDRAWN: "Staff took it back, and said why. Nothing was issued.",
    },
    ends=(ACCEPTED, REFUSED, EXPIRED, WITHDRAWN),
)


def move(quote: Quote, to: QuoteStatus, *, at: datetime) -> None:
    """Change the status and say when; the caller holds the lock and saves the row. Raises NotAllowed."""
    TABLE.name(QuoteStatus(quote.status), to, of=quote.number)
    quote.status, quote.decided_at = to, at


def quote_states_page() -> str:
    """docs/states/quote.md: the statuses in words, and the table drawn."""
    return TABLE.page(
        "States of a quote",
        source="invoices/quote_transitions.py",
        after="A pro forma invoice has the same states. Another offer is another quote.",
    )
