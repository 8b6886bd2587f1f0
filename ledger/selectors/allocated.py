"""What reduced documents, allocation by allocation: for whoever has to report each payment by rate of VAT."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db.models import Sum

from core.money import Money
from ledger.kinds import AllocationKind, ItemKind
from ledger.models import Allocation

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from django.db.models import QuerySet

_REPORTED: Final = (AllocationKind.MONEY, AllocationKind.CREDIT_NOTE)


@dataclass(frozen=True, slots=True)
class Allocated:
    """Money that paid a document, or a credit note (`source_ref`) that reduced it; negative when it was undone."""

    id: int
    document_ref: str
    kind: str
    source_ref: str
    amount: Money
    tx_id: int
    on: date
    recorded_at: datetime

    @property
    def is_money(self) -> bool:
        return self.kind == AllocationKind.MONEY


def allocated_after(allocation_id: int, *, most: int) -> list[Allocated]:
    """The next allocations to invoices after that one, oldest first; write-offs are left out. One query."""
    return [_allocated(row) for row in _rows().filter(pk__gt=allocation_id)[:most]]


def allocated_to(document_refs: Sequence[str]) -> dict[str, list[Allocated]]:
    """The same of each of these documents, from the first one on. One query."""
    found: dict[str, list[Allocated]] = defaultdict(list)
    for row in _rows().filter(item__document_ref__in=document_refs):
        found[row.item.document_ref].append(_allocated(row))
    return dict(found)


def money_allocated(document_refs: Sequence[str], *, through: int) -> dict[str, Money]:
    """How much money paid each of these documents, up to that allocation; undone ones count less. One query."""
    rows = Allocation.objects.filter(
        kind=AllocationKind.MONEY, item__kind=ItemKind.INVOICE, item__document_ref__in=document_refs, pk__lte=through
    )
    sums = rows.values_list("item__document_ref").annotate(cents=Sum("amount_cents")).order_by("item__document_ref")
    return {document_ref: Money(cents) for document_ref, cents in sums}


def _rows() -> QuerySet[Allocation]:
    found = Allocation.objects.filter(kind__in=_REPORTED, item__kind=ItemKind.INVOICE)
    return found.select_related("item", "tx").order_by("pk")


def _allocated(row: Allocation) -> Allocated:
    return Allocated(
        row.pk,
        row.item.document_ref,
        row.kind,
        row.source_ref,
        Money(row.amount_cents),
        row.tx_id,
        row.tx.effective_on,
        row.tx.recorded_at,
    )
