"""What is to pay, what paid it, and the money at hand."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db.models import Count, Q, Sum

from core.money import Money
from ledger.kinds import AllocationKind, ItemKind, LotMovementKind
from ledger.models import Allocation, Hold, Lot, LotMovement, OpenItem, Tx

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date, datetime

    from django.db.models import QuerySet

_AT_ONCE: Final = 900


@dataclass(frozen=True, slots=True)
class OpenItemView:
    """Something to pay; `open` is what is left of `amount`."""

    document_ref: str
    kind: str
    amount: Money
    open: Money
    due_date: date
    disputed: bool
    reminders_from: date
    """The day from which reminders count: the due date, or later after money was taken back."""


@dataclass(frozen=True, slots=True)
class BookedDocument:
    """A document as the books know it: of whom it asks, how much, in which transaction."""

    customer_id: int
    tx_id: int
    amount: Money


@dataclass(frozen=True, slots=True)
class BookedCreditNote:
    """A credit note as the books know it: of whom, which document it reduced, by how much."""

    customer_id: int
    ref: str
    document_ref: str
    amount: Money


@dataclass(frozen=True, slots=True)
class PaidAgain:
    """A document, and how much of it was paid again."""

    document_ref: str
    amount: Money


@dataclass(frozen=True, slots=True)
class TakenBack:
    """Money that one transaction took back from a customer, out of lots or to be paid again."""

    customer_id: int
    cents: int


@dataclass(frozen=True, slots=True)
class HeldLot:
    """Money of a lot under an outgoing hold: `refund_lot` takes the lot and the key."""

    lot_id: int
    amount: Money
    key: str


@dataclass(frozen=True, slots=True)
class KeptMoney:
    """Money of a customer that is held, under which name, and since when."""

    customer_id: int
    amount: Money
    key: str
    since: datetime


@dataclass(frozen=True, slots=True)
class InFlight:
    """Money on its way: `reason` is the word of whoever placed the hold."""

    direction: str
    reason: str
    amount: Money
    since: datetime


@dataclass(frozen=True, slots=True)
class AllocationView:
    """What reduced a document; negative when it was undone. `origin` says where the money had come from.

    `left` is what is to pay of the document today, all allocations counted.
    """

    kind: str
    amount: Money
    on: date
    lot_id: int | None
    source_ref: str
    origin: str
    left: Money


@dataclass(frozen=True, slots=True)
class LotView:
    """Money at hand: where it came from, what is left, what is free of holds, where it may go back."""

    id: int
    origin: str
    reference: str
    refundable_to: str
    received_on: date
    amount: Money
    remaining: Money
    free: Money


@dataclass(frozen=True, slots=True)
class NamedItem:
    """A document as a payer may name it: of whom it asks, and how many cents are open."""

    document_ref: str
    customer_id: int
    open_cents: int


def open_items(customer_id: int) -> list[OpenItemView]:
    """All that is to pay, oldest due first."""
    return [_item(row) for row in _open(customer_id)]


def open_items_of(customer_ids: Sequence[int]) -> dict[int, list[OpenItemView]]:
    """The same of each of these customers, in one query; who owes nothing is left out."""
    found: dict[int, list[OpenItemView]] = defaultdict(list)
    rows = OpenItem.objects.filter(customer__in=customer_ids, open_cents__gt=0)
    for row in rows.order_by("customer", "due_date", "document_ref"):
        found[row.customer_id].append(_item(row))
    return dict(found)


def overdue_items(customer_id: int, *, on: date) -> list[OpenItemView]:
    """What should have been paid before that day, less what is disputed. Reminders and suspension read this.

    Never the balance: an unpaid invoice that is not due yet is nobody's fault.
    """
    return [_item(row) for row in _open(customer_id).filter(due_date__lt=on, disputed=False)]


def disputed_items(customer_id: int) -> list[OpenItemView]:
    """What is to pay but contested, oldest due first: nobody is reminded of it, no money pays it by itself."""
    return [_item(row) for row in _open(customer_id).filter(disputed=True)]


def disputed_documents() -> set[str]:
    """Every document that is marked as disputed, of all customers, paid meanwhile or not."""
    return set(OpenItem.objects.filter(disputed=True).values_list("document_ref", flat=True))


def open_amounts(document_refs: Sequence[str]) -> dict[str, Money]:
    """What is still to pay of each of these documents; those that the ledger does not know are left out."""
    rows = OpenItem.objects.filter(document_ref__in=document_refs).values_list("document_ref", "open_cents")
    return {document_ref: Money(cents) for document_ref, cents in rows}


def booked_documents(document_refs: Sequence[str]) -> dict[str, BookedDocument]:
    """What the books hold of each of these documents; those that the ledger does not know are left out."""
    rows = OpenItem.objects.filter(document_ref__in=document_refs)
    return {row.document_ref: BookedDocument(row.customer_id, row.tx_id, Money(row.amount_cents)) for row in rows}


def named_items(document_refs: Collection[str]) -> list[NamedItem]:
    """What the books know of these documents, open or paid; disputed ones are left out. One query for each 900."""
    wanted, found = sorted(document_refs), []
    for start in range(0, len(wanted), _AT_ONCE):
        rows = OpenItem.objects.filter(document_ref__in=wanted[start : start + _AT_ONCE], disputed=False)
        found += [NamedItem(*row) for row in rows.values_list("document_ref", "customer_id", "open_cents")]
    return found


def items_of_amounts(amounts: Collection[int], *, most: int) -> list[NamedItem]:
    """The documents with exactly so many cents open, of amounts that at most so many have. Two queries."""
    rows = OpenItem.objects.filter(open_cents__in=list(amounts), open_cents__gt=0)
    rare = rows.values("open_cents").annotate(items=Count("pk")).filter(items__lte=most).values_list("open_cents")
    rows = rows.filter(open_cents__in=[cents for (cents,) in rare]).order_by("due_date", "document_ref")
    return [NamedItem(*row) for row in rows.values_list("document_ref", "customer_id", "open_cents")]


def kinds_of(customer_id: int, document_refs: Sequence[str]) -> dict[str, str]:
    """What each of these asks for, as far as it is this customer's; the others are left out. One query."""
    rows = OpenItem.objects.filter(customer=customer_id, document_ref__in=document_refs)
    return dict(rows.values_list("document_ref", "kind"))


def paid_again(tx_id: int) -> list[PaidAgain]:
    """What money that this transaction gave back to its lots paid at once, in order. Two queries."""
    key = Tx.objects.values_list("key", flat=True).get(pk=tx_id)
    lots = LotMovement.objects.filter(tx=tx_id).values("lot")
    rows = Allocation.objects.filter(tx__key__startswith=f"{key}#settle:", lot__in=lots).select_related("item")
    return [PaidAgain(row.item.document_ref, Money(row.amount_cents)) for row in rows.order_by("pk")]


def taken_back_by(tx_ids: Sequence[int]) -> dict[int, TakenBack]:
    """What each of these transactions took back, of whom; those that took nothing are left out. Three queries."""
    of_lots = LotMovement.objects.filter(tx__in=tx_ids, kind=LotMovementKind.REVERSED, amount_cents__gt=0)
    missing = OpenItem.objects.filter(tx__in=tx_ids, kind=ItemKind.REVERSED_PAYMENT)
    cents: dict[int, int] = defaultdict(int)
    for tx, part in [*of_lots.values_list("tx", "amount_cents"), *missing.values_list("tx", "amount_cents")]:
        cents[tx] += part
    owners = Tx.objects.filter(pk__in=cents).values_list("pk", "customer")
    return {tx: TakenBack(customer or 0, cents[tx]) for tx, customer in owners}


def booked_credit_notes(tx_ids: Sequence[int]) -> dict[int, BookedCreditNote]:
    """The credit note that each of these transactions books; the others are left out. One query."""
    rows = Allocation.objects.filter(kind=AllocationKind.CREDIT_NOTE, tx__in=tx_ids).select_related("item")
    return {
        row.tx_id: BookedCreditNote(
            row.item.customer_id, row.source_ref, row.item.document_ref, Money(row.amount_cents)
        )
        for row in rows
    }


def held_lots(customer_id: int, key: str) -> list[HeldLot]:
    """The lots still under an outgoing hold named `<key>:<lot>`, in the order of the lots. One query."""
    active = Hold.objects.filter(customer=customer_id, released_at__isnull=True, lot__isnull=False)
    rows = active.filter(key__startswith=f"{key}:")
    return [HeldLot(row.lot_id or 0, Money(row.amount_cents), row.key) for row in rows.order_by("lot_id")]


def kept_money(key: str) -> list[KeptMoney]:
    """All the money, of whoever it is, under outgoing holds on a lot whose name begins so, oldest first. One query."""
    active = Hold.objects.filter(released_at__isnull=True, lot__isnull=False, key__startswith=key)
    return [
        KeptMoney(row.customer_id, Money(row.amount_cents), row.key, row.placed_at)
        for row in active.order_by("placed_at", "pk")
    ]


def lots_under(keys: Sequence[str]) -> dict[str, int]:
    """The lot whose money each of these holds keeps; those that are over, or on no lot, are left out. One query."""
    rows = Hold.objects.filter(key__in=keys, released_at__isnull=True, lot__isnull=False)
    return {key: lot for key, lot in rows.values_list("key", "lot") if lot is not None}


def allocations_of(document_ref: str) -> list[AllocationView]:
    """All that reduced this document or was undone, in order."""
    rows = Allocation.objects.filter(item__document_ref=document_ref).select_related("tx", "lot", "item")
    return [
        AllocationView(
            row.kind,
            Money(row.amount_cents),
            row.tx.effective_on,
            row.lot_id,
            row.source_ref,
            row.lot.origin if row.lot else "",
            Money(row.item.open_cents),
        )
        for row in rows.order_by("pk")
    ]


def lots_of(customer_id: int) -> list[LotView]:
    """The lots that still have money, in the order they came."""
    rows = Lot.objects.filter(customer=customer_id, remaining_cents__gt=0).order_by("received_on", "pk")
    active = Q(holds__released_at__isnull=True)
    return [_lot(row, row.held or 0) for row in rows.annotate(held=Sum("holds__amount_cents", filter=active))]


def lot_of(tx_id: int) -> LotView:
    """The lot that came with this transaction, however much of it is left. Raises LookupError when none did."""
    active = Q(holds__released_at__isnull=True)
    lot = Lot.objects.filter(tx=tx_id).annotate(held=Sum("holds__amount_cents", filter=active)).first()
    if lot is None:
        raise LookupError(f"no lot came with transaction {tx_id}")
    return _lot(lot, lot.held or 0)


def get_lot(lot_id: int) -> LotView:
    """A lot, however much of it is left. Raises LookupError when there is none. One query."""
    active = Q(holds__released_at__isnull=True)
    lot = Lot.objects.filter(pk=lot_id).annotate(held=Sum("holds__amount_cents", filter=active)).first()
    if lot is None:
        raise LookupError(f"no lot {lot_id}")
    return _lot(lot, lot.held or 0)


def owner_of(lot_id: int) -> int:
    """Whose lot it is. Raises LookupError when there is none."""
    owner = Lot.objects.filter(pk=lot_id).values_list("customer_id", flat=True).first()
    if owner is None:
        raise LookupError(f"no lot {lot_id}")
    return owner


def holds_named(beginning: str) -> dict[str, Money]:
    """The holds that are not over and whose name begins so, with their amounts. One query."""
    rows = Hold.objects.filter(released_at__isnull=True, key__startswith=beginning).order_by("pk")
    return {row.key: Money(row.amount_cents) for row in rows}


def holds_on(lot_id: int) -> set[str]:
    """The names of the holds that are not over and keep money of this lot. One query."""
    return set(Hold.objects.filter(released_at__isnull=True, lot=lot_id).values_list("key", flat=True))


def money_in_flight(customer_id: int) -> list[InFlight]:
    """What is on its way in or out and not yet in the balance, oldest first. One query."""
    rows = Hold.objects.filter(customer=customer_id, released_at__isnull=True).order_by("placed_at", "pk")
    return [InFlight(row.direction, row.reason, Money(row.amount_cents), row.placed_at) for row in rows]


def was_held(key: str) -> bool:
    """Whether a hold of that name was ever placed, whatever became of it."""
    return Hold.objects.filter(key=key).exists()


def owners_of(lot_id: int) -> list[int]:
    """The customers who have, or had, money of this lot: its own, then those to whom some of it was moved."""
    lots = [Lot.objects.get(pk=lot_id)]
    for lot in lots:
        lots.extend(Lot.objects.filter(moved_from=lot).order_by("pk"))
    return list(dict.fromkeys(lot.customer_id for lot in lots))


def paid_by(lot_id: int) -> dict[str, Money]:
    """What this lot, and the lots moved from it, ever paid, undone since or not: by document, in the order of time."""
    lots = [lot_id]
    for each in lots:
        lots.extend(Lot.objects.filter(moved_from=each).order_by("pk").values_list("pk", flat=True))
    rows = Allocation.objects.filter(lot__in=lots, amount_cents__gt=0).order_by("pk")
    sums: dict[str, int] = defaultdict(int)
    for document_ref, cents in rows.values_list("item__document_ref", "amount_cents"):
        sums[document_ref] += cents
    return {document_ref: Money(cents) for document_ref, cents in sums.items()}


def _open(customer_id: int) -> QuerySet[OpenItem]:
    return OpenItem.objects.filter(customer=customer_id, open_cents__gt=0).order_by("due_date", "document_ref")


def _item(row: OpenItem) -> OpenItemView:
    return OpenItemView(
        row.document_ref,
        row.kind,
        Money(row.amount_cents),
        Money(row.open_cents),
        row.due_date,
        row.disputed,
        max(row.due_date, row.reminders_from or row.due_date),
    )


def _lot(row: Lot, held: int) -> LotView:
    return LotView(
        row.pk,
        row.origin,
        row.reference,
        row.refundable_to,
        row.received_on,
        Money(row.amount_cents),
        Money(row.remaining_cents),
        Money(row.remaining_cents - held),
    )
