"""What a document lacks of what its buyer requires, as the directory knows it; asked again before it leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chorus import requirements
from chorus.selectors.directory import requirement_for, structure_of
from chorus.services.directory import refresh_before_deposit, want
from chorus.states import Missing
from invoices.parties import Buyer

if TYPE_CHECKING:
    from datetime import datetime

    from chorus.gateways.base import Directory
    from invoices.models import Invoice


def missing_of(invoice: Invoice, *, at: datetime) -> list[str]:
    """What the buyer of an issued document requires and the document lacks, in the order in which it is completed.

    The structure is the one that the document names; nothing is required while the directory has not answered. At most
    two queries.
    """
    siret = Buyer.thawed(invoice.buyer).siret
    if not siret:
        return [Missing.SIRET.value]
    structure = structure_of(siret)
    if structure is None:
        return []
    requirement = requirement_for(structure, invoice.service_code, at=at)
    missing = requirements.missing_of(requirement, structure, invoice.service_code, invoice.engagement_number)
    return [each.value for each in missing]


def ask_before_deposit(invoice: Invoice, *, at: datetime, directory: Directory) -> bool:
    """Ask about its buyer before the first deposit of the day to it. Says whether anything is known of the buyer.

    Never inside a transaction: it speaks to Chorus Pro.
    """
    siret = Buyer.thawed(invoice.buyer).siret
    if not siret:
        return True
    return refresh_before_deposit(want(siret, at=at), at=at, directory=directory).checked_at is not None
