"""What a draft still waits for before it may be issued, and what it will say."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from accounts.models import Customer, TextKind
from accounts.selectors import current_seller, texts_on
from core.clock import local_date
from invoices.evidence import gather
from invoices.models import Invoice, InvoiceLine
from invoices.pricing import NothingToBill, price, price_for
from invoices.tax import VatNotDecided, VatNotProven

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Refusal:
    """A draft that would stop its batch: why, in words for staff; `may_come` when only a proof is missing so far."""

    invoice_id: int
    reason: str
    may_come: bool = False


@dataclass(frozen=True, slots=True)
class TextsToCome:
    """What the customer wants written on an invoice of some day; it is copied when the invoice is issued."""

    order_number: str
    free_text: str


def what_is_missing(draft: Invoice, *, at: datetime) -> str:
    """Why this draft would not be issued at that moment, in words for staff: a proof, a rule of VAT; else empty."""
    try:
        return price(draft.customer, list(draft.lines.order_by("position")), at=at).unproven
    except (VatNotDecided, NothingToBill) as refusal:
        return str(refusal)


def refusals(drafts: Sequence[Invoice], *, at: datetime) -> list[Refusal]:
    """Those of these drafts that `issue_many` would refuse at that moment, in order: leave them out, issue the rest.

    What is issued already is never refused. Nothing is written or locked, so an answer may be out of date when it is
    used; `issue_many` decides again. A few queries however many there are. Raises NoSeller.
    """
    day = local_date(at)
    seller = current_seller(on=day)
    waiting = [draft for draft in drafts if not draft.is_issued]
    customers = Customer.objects.in_bulk({draft.customer_id for draft in waiting})
    gathered = gather(list(customers.values()), on=day)
    lines: dict[int, list[InvoiceLine]] = defaultdict(list)
    for line in InvoiceLine.objects.filter(invoice__in=waiting).order_by("invoice", "position"):
        lines[line.invoice_id].append(line)
    found = []
    for draft in waiting:
        try:
            price_for(seller, customers[draft.customer_id], lines[draft.pk], on=day, gathered=gathered)
        except (VatNotDecided, NothingToBill) as refusal:
            found.append(Refusal(draft.pk, str(refusal), may_come=isinstance(refusal, VatNotProven)))
    return found


def texts_to_come(customer: Customer, *, on: date) -> TextsToCome:
    """The texts that an invoice issued on that day would carry. One query."""
    texts = texts_on({customer.pk}, on=on)
    return TextsToCome(
        texts.get((customer.pk, TextKind.ORDER_NUMBER), ""), texts.get((customer.pk, TextKind.FREE_TEXT), "")
    )
