"""What the pages that ask for references want to know: services that are open, numbers that are used up."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.selectors import engagements_of
from chorus.selectors.directory import is_open, services_of, structure_of
from core.clock import local_date
from core.formats import money_text
from invoices.parties import Buyer
from invoices.selectors import left_on

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from accounts.models import Customer
    from chorus.models import StructureService, Submission
    from core.money import Money
    from invoices.models import Invoice


@dataclass(frozen=True, slots=True)
class Ceiling:
    """An engagement number with a ceiling, and what is left of it."""

    number: str
    left: Money

    @property
    def is_used_up(self) -> bool:
        return self.left.cents <= 0


def open_services(submission: Submission, *, at: datetime) -> list[StructureService]:
    """The services of its buyer that take invoices today; none while the directory has told nothing. ≤ 2 queries."""
    structure = structure_of(Buyer.thawed(submission.invoice.buyer).siret)
    if structure is None:
        return []
    return [service for service in services_of(structure) if is_open(service, on=local_date(at))]


def with_references(invoice: Invoice, references: Mapping[str, str]) -> Invoice:
    """The document as it would be with these references; nothing is saved."""
    asked = copy(invoice)
    for name, value in references.items():
        setattr(asked, name, value)
    return asked


def ceilings_of(customer: Customer, *, on: date) -> list[Ceiling]:
    """The engagement numbers of that day that have a ceiling, and what is left of each. Two queries."""
    rows = [row for row in engagements_of(customer) if row.ended_at is None and row.valid_from <= on]
    left = left_on(rows)
    return [Ceiling(row.number, left[row.pk]) for row in rows if row.pk in left]


def ceiling_words(invoice: Invoice) -> str:
    """A warning when the number of a document has a ceiling and less than nothing is left of it. ≤ 2 queries."""
    rows = [row for row in engagements_of(invoice.customer) if row.number == invoice.engagement_number]
    over = [left for left in left_on(rows).values() if left.cents < 0]
    if not over:
        return ""
    words = _("The engagement %(number)s is used up: %(amount)s more than its ceiling. Your services may refuse it.")
    return words % {"number": invoice.engagement_number, "amount": money_text(-min(over))}
