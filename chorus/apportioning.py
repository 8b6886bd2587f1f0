"""How the money that paid a document is cut by its VAT. Pure: amounts in, amounts out, whole cents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from core.money import split

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ledger.selectors import Allocated

Vat = tuple[str, Decimal]
"""A category and a rate."""
Cents = Mapping[Vat, int]


def parts_of(
    allocated: Sequence[Allocated], groups: Cents, notes: Mapping[str, Cents]
) -> Iterator[tuple[Allocated, dict[Vat, int]]]:
    """Of each allocation of one document, the signed cents of each VAT; those that are zero are left out.

    `groups`: the totals with VAT of the document; `notes`: those of its credit notes, by number. Rounding is
    cumulative (the sum paid is cut, and what was told before is taken off), so the parts sum to each allocation, undone
    money gives back what it had brought in sum, and a document paid in full has exactly its totals less its notes'.
    """
    left, told, paid = dict(groups), dict.fromkeys(groups, 0), 0
    for each in _in_order(allocated):
        if each.is_money:
            paid += each.amount.cents
        else:
            _reduce(left, notes.get(each.source_ref, {}), back=each.amount.cents < 0)
        target = _cut(paid, left, groups)
        parts = {vat: target[vat] - told[vat] for vat in groups if target[vat] != told[vat]}
        told = target
        if parts:
            yield each, parts


def _in_order(allocated: Sequence[Allocated]) -> Iterable[Allocated]:
    """As they came; within one transaction the money first: what a credit note frees leaves at the rates it had."""
    first: dict[int, int] = {}
    for each in allocated:
        first.setdefault(each.tx_id, each.id)
    return sorted(allocated, key=lambda each: (first[each.tx_id], not each.is_money, each.id))


def _reduce(left: dict[Vat, int], note: Cents, *, back: bool) -> None:
    for vat, cents in note.items():
        if vat in left:
            left[vat] += cents if back else -cents


def _cut(paid: int, left: Cents, groups: Cents) -> dict[Vat, int]:
    """What was paid, in proportion to what is left of each VAT; of a document with nothing left, as it was issued."""
    weights = left if sum(left.values()) > 0 else groups
    return dict(zip(groups, split(paid, [weights[vat] for vat in groups]), strict=True))
