"""Turn what was paid or undone in a book into the posting that says so: 419100 against 411000, and the VAT."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from core.money import Money
from ledger.bundle import Leg, NewAllocation, NewVatMovement, Posting, credit, debit
from ledger.chart import PREPAID, RECEIVABLE
from ledger.kinds import AllocationKind, HiddenKind, Journal
from ledger.planning import plan_release

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from ledger.planning import MoneyAllocation, Payment
    from ledger.services.books import Book, ItemState


@dataclass(frozen=True, slots=True)
class Heading:
    """What several postings of one verb have in common."""

    piece_ref: str
    piece_date: date
    effective_on: date
    key: str
    fingerprint: str
    actor: str = ""

    @property
    def fields(self) -> dict[str, Any]:
        """As a posting takes them."""
        return asdict(self)

    def also(self, suffix: str) -> Heading:
        """The heading of a further posting of the same verb."""
        return replace(self, key=f"{self.key}#{suffix}")


def settlement(
    book: Book,
    heading: Heading,
    *,
    paid: Sequence[Payment] = (),
    undone: Sequence[tuple[MoneyAllocation, int]] = (),
    also_touched: Iterable[int] = (),
) -> list[Posting]:
    """The posting of these payments and undoings; none when nothing moved. The book has them already."""
    cents = sum(payment.cents for payment in paid) - sum(part for _, part in undone)
    touched = {payment.item_id for payment in paid} | {allocation.item_id for allocation, _ in undone}
    vat_legs, vat = release_vat([book.items[item_id] for item_id in sorted(touched | set(also_touched))])
    amount = Money(cents)
    customer_legs = (
        (debit(PREPAID, amount, book.customer_id), credit(RECEIVABLE, amount, book.customer_id)) if cents else ()
    )
    if not customer_legs and not vat_legs:
        return []
    return [
        Posting(
            **heading.fields,
            journal=Journal.MISCELLANEOUS,
            kind=HiddenKind.SETTLEMENT,
            label=f"Imputation {heading.piece_ref}",  # stored for the accountant, in the language of the books
            legs=(*customer_legs, *vat_legs),
            customer_id=book.customer_id,
            allocations=(*map(_paid, paid), *(_undone(allocation, part) for allocation, part in undone)),
            vat=vat,
        )
    ]


def release_vat(items: Iterable[ItemState]) -> tuple[tuple[Leg, ...], tuple[NewVatMovement, ...]]:
    """Post the difference between the VAT that is due by now and what was released before, account by account."""
    moved: Counter[str] = Counter()
    movements = []
    for item in items:
        for state, change in plan_release(item.shares, paid=item.paid, net_total=item.net_total):
            moved[state.waiting_account] += change
            moved[state.due_account] -= change
            movements.append(NewVatMovement(item.id, state.seq, released_cents=change))
            item.shares[item.shares.index(state)] = replace(state, released=state.released + change)
    return tuple(Leg(account, Money(cents)) for account, cents in moved.items() if cents), tuple(movements)


def _paid(payment: Payment) -> NewAllocation:
    return NewAllocation(payment.item_id, AllocationKind.MONEY, payment.cents, lot=payment.lot_id)


def _undone(allocation: MoneyAllocation, part: int) -> NewAllocation:
    return NewAllocation(allocation.item_id, AllocationKind.MONEY, -part, lot=allocation.lot_id, reverses=allocation.id)
