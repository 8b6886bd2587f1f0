"""What a document lacks of what its buyer requires."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chorus.states import Missing
from invoices.parties import Buyer

if TYPE_CHECKING:
    from invoices.models import Invoice


def missing_of(invoice: Invoice) -> list[str]:
    """What the buyer of an issued document requires and the document lacks, in the order in which it is completed."""
    return [] if Buyer.thawed(invoice.buyer).siret else [Missing.SIRET.value]
