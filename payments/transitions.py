"""How a payment may change. `move` is the only way to change a status, and it writes the history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from core.states import NotAllowed, StateTable
from payments.models import LIVE, Payment, PaymentEvent, PaymentStatus

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["TRANSITIONS", "NotAllowed", "diagram", "may_move", "move", "note", "states_page"]
CREATED, SENT, OPEN = PaymentStatus.CREATED, PaymentStatus.SENT, PaymentStatus.OPEN
PENDING, UNKNOWN = PaymentStatus.PENDING, PaymentStatus.UNKNOWN
SUCCEEDED, REFUSED, ABANDONED = PaymentStatus.SUCCEEDED, PaymentStatus.REFUSED, PaymentStatus.ABANDONED

TRANSITIONS: Final[Mapping[tuple[PaymentStatus, PaymentStatus], str]] = {
    (CREATED, SENT): "claimed",
    (CREATED, ABANDONED): "never sent",
    (SENT, OPEN): "page opened",
    (SENT, UNKNOWN): "no answer",
    (SENT, REFUSED): "page or debit refused",
    (SENT, ABANDONED): "nothing ever arrived",
    # An automatic debit has no page: the call that sends it may bring its end.
    (SENT, PENDING): "sent to the bank",
    (SENT, SUCCEEDED): "debited",
    (OPEN, PENDING): "given to the bank",
    (OPEN, SUCCEEDED): "paid",
    (OPEN, REFUSED): "page closed after a refusal",
    (OPEN, ABANDONED): "page closed",
    (OPEN, UNKNOWN): "provider silent",
    (PENDING, SUCCEEDED): "bank paid",
    (PENDING, REFUSED): "bank refused",
    (UNKNOWN, OPEN): "page found open",
    (UNKNOWN, PENDING): "found at the bank",
    (UNKNOWN, SUCCEEDED): "found paid",
    (UNKNOWN, REFUSED): "found refused",
    (UNKNOWN, ABANDONED): "found abandoned",
    # The provider's word wins over ours: money that came is credited, whatever we had concluded.
    (REFUSED, SUCCEEDED): "paid after a refusal",
    (ABANDONED, SUCCEEDED): "paid after all",
}

_MEANINGS: Final[Mapping[PaymentStatus, str]] = {
    CREATED: "The intention is written down; nothing left the house.",
    SENT: "The call that opens the payment page, or debits, is on its way. If its process died, the sweeper asks.",
    OPEN: "The page waits for the customer; nothing was charged.",
    PENDING: "The customer has done his part, the bank has not; the amount is held as incoming.",
    UNKNOWN: "No answer, or one that cannot be right. The customer reads “being checked”; the sweeper asks again.",
    SUCCEEDED: "The money came and is credited, with its receipt. Final.",
    REFUSED: "A bank or the provider said no; nothing was charged.",
    ABANDONED: "The page closed, or never opened; nothing was charged.",
}


_TABLE: Final = StateTable({CREATED: "asked"}, TRANSITIONS, _MEANINGS, [SUCCEEDED])


def may_move(payment: Payment, to: PaymentStatus) -> bool:
    """Whether the table has that step."""
    return _TABLE.allows(PaymentStatus(payment.status), to)


def move(payment: Payment, to: PaymentStatus, *, at: datetime, detail: str = "") -> None:
    """Change the status, save the row, and add the step to its history. The caller holds the row's lock.

    A decided payment is not asked about again. Raises NotAllowed for a step that is not in the table.
    """
    before = PaymentStatus(payment.status)
    name = _TABLE.name(before, to, of=payment.reference)
    payment.status = to
    payment.updated_at = at
    if to not in LIVE:
        payment.decided_at = at
        payment.ask_at = None
    payment.save()
    note(payment, name, at=at, before=before, detail=detail)


def note(payment: Payment, name: str, *, at: datetime, before: str = "", detail: str = "") -> None:
    """Add a step to the history without changing the status, unless `before` says what it was."""
    PaymentEvent.objects.create(
        payment=payment,
        name=name,
        from_status=before or payment.status,
        to_status=payment.status,
        detail=detail[:300],
        at=at,
    )


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    return _TABLE.diagram()


def states_page() -> str:
    """docs/states/payment.md: the statuses in words, and the table drawn."""
    return _TABLE.page(
        "States of a payment",
        source="payments/transitions.py",
        after="The provider’s word wins over ours: money that came is credited even after a refusal or an abandonment.",
    )
