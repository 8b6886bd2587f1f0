"""The states of an invoice, and what happens on the way from one to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invoices.states import InvoiceStatus

if TYPE_CHECKING:
    from invoices.models import Invoice

TRANSITIONS = {(InvoiceStatus.DRAFT, InvoiceStatus.ISSUED): "issued"}
"""(from, to): what happened. A draft may also be deleted; nothing leads away from ISSUED."""


class TransitionRefused(ValueError):
    """The table of states has no such step."""


def move(invoice: Invoice, to: InvoiceStatus) -> str:
    """Change the state; the caller writes the row. Returns what happened. Raises TransitionRefused."""
    step = (InvoiceStatus(invoice.status), to)
    if step not in TRANSITIONS:
        raise TransitionRefused(f"{invoice} cannot go from {invoice.status} to {to}")
    invoice.status = to
    return TRANSITIONS[step]
