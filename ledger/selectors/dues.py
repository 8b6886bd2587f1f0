"""How far documents are paid, and until when they are to be paid now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef

from core.money import Money
from ledger.models import Allocation, OpenItem

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date


@dataclass(frozen=True, slots=True)
class Due:
    """What is open of a document, and its day to pay as it is now (not as printed).

    `is_touched`: something was paid or credited of it once, even if that was undone.
    """

    open: Money
    due_date: date
    is_touched: bool


def dues_of(document_refs: Iterable[str]) -> dict[str, Due]:
    """The same of each of these documents; those that the ledger does not know are left out. One query."""
    touched = Exists(Allocation.objects.filter(item=OuterRef("pk")))
    rows = OpenItem.objects.filter(document_ref__in=list(document_refs)).annotate(is_touched=touched)
    return {row.document_ref: Due(Money(row.open_cents), row.due_date, row.is_touched) for row in rows}


def money_that_paid(document_ref: str) -> Money:
    """How much money paid of a document; nothing for one that the ledger does not know. One query."""
    return Money(OpenItem.objects.filter(document_ref=document_ref).values_list("paid_cents", flat=True).first() or 0)


def paid_in_full_before(document_refs: Iterable[str], day: date) -> set[str]:
    """Those of these documents of which nothing is open, and that nothing has reduced since that day. One query."""
    rows = OpenItem.objects.filter(document_ref__in=list(document_refs), open_cents=0)
    return set(rows.exclude(allocations__tx__effective_on__gte=day).values_list("document_ref", flat=True))
