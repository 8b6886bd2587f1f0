"""The path of one document through the books: its transaction, what reduced it, and where that money had come from."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.money import Money
from ledger.models import Allocation, Entry, Link, OpenItem, Tx

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class TrailTx:
    """A transaction as the journal shows it; `legs` are account and cents, debit-positive. `link`: its seal, if any."""

    id: int
    journal: str
    label: str
    piece_ref: str
    piece_date: date
    effective_on: date
    recorded_at: datetime
    actor: str
    legs: tuple[tuple[str, int], ...]
    link: int | None


@dataclass(frozen=True, slots=True)
class TrailMoney:
    """The lot that paid: the provider's or bank's own identifier, and the transaction that brought it."""

    origin: str
    reference: str
    amount: Money
    tx: TrailTx


@dataclass(frozen=True, slots=True)
class TrailPart:
    """One thing that reduced the document, or (negative) its undoing."""

    kind: str
    amount: Money
    source_ref: str
    tx: TrailTx
    money: TrailMoney | None


@dataclass(frozen=True, slots=True)
class DocumentTrail:
    """All that the books know of a document."""

    document_ref: str
    amount: Money
    open: Money
    due_date: date
    disputed: bool
    tx: TrailTx
    parts: tuple[TrailPart, ...]


def document_trail(document_ref: str) -> DocumentTrail:
    """The path of a document. Five queries. Raises LookupError when the books do not know it."""
    item = OpenItem.objects.filter(document_ref=document_ref).first()
    if item is None:
        raise LookupError(f"the books know no document {document_ref}")
    rows = list(Allocation.objects.filter(item=item).select_related("lot").order_by("pk"))
    wanted = {item.tx_id, *(row.tx_id for row in rows), *(row.lot.tx_id for row in rows if row.lot)}
    known = transactions(wanted)
    return DocumentTrail(
        document_ref=document_ref,
        amount=Money(item.amount_cents),
        open=Money(item.open_cents),
        due_date=item.due_date,
        disputed=item.disputed,
        tx=known[item.tx_id],
        parts=tuple(_part(row, known) for row in rows),
    )


def transactions(ids: Iterable[int]) -> dict[int, TrailTx]:
    """These transactions with their legs and seals. Three queries."""
    wanted = list(ids)
    legs: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for entry in Entry.objects.filter(tx_id__in=wanted).order_by("tx_id", "seq"):
        legs[entry.tx_id].append((entry.account_id, entry.amount_cents))
    links = dict(Link.objects.filter(tx_id__in=wanted).values_list("tx_id", "position"))
    return {
        tx.pk: TrailTx(
            id=tx.pk,
            journal=tx.journal,
            label=tx.label,
            piece_ref=tx.piece_ref,
            piece_date=tx.piece_date,
            effective_on=tx.effective_on,
            recorded_at=tx.recorded_at,
            actor=tx.actor,
            legs=tuple(legs[tx.pk]),
            link=links.get(tx.pk),
        )
        for tx in Tx.objects.filter(pk__in=wanted)
    }


def _part(row: Allocation, known: dict[int, TrailTx]) -> TrailPart:
    money = None
    if row.lot is not None:
        money = TrailMoney(row.lot.origin, row.lot.reference, Money(row.lot.amount_cents), known[row.lot.tx_id])
    return TrailPart(row.kind, Money(row.amount_cents), row.source_ref, known[row.tx_id], money)
