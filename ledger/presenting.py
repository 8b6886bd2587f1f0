"""Movements as the transactions page and its export write them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.money import ZERO, Money
from core.sheets import Sheet
from ledger.kinds import MovementKind
from ledger.selectors import disputed_items, money_in_flight

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ledger.selectors import InFlight, Movement

_REFUND = "refund"
"""The reason of the holds that keep money for a refund."""
_DOCUMENTS = {MovementKind.INVOICE, MovementKind.CREDIT_NOTE}


@dataclass(frozen=True, slots=True)
class Line:
    """A movement with its words: the kind in the reader's language, then the wording of the books."""

    movement: Movement
    title: str
    detail: str


@dataclass(frozen=True, slots=True)
class Totals:
    """What a whole list of movements sums to."""

    count: int
    debit: Money
    credit: Money


def line(movement: Movement) -> Line:
    """`Invoice FA2026-000001`; `Top-up`, with the wording of the books after it."""
    kind = MovementKind(movement.kind)
    if kind not in _DOCUMENTS:
        return Line(movement, str(kind.label), movement.label.removeprefix(f"{kind.label} "))
    detail = "" if movement.piece_ref in movement.label else movement.label
    return Line(movement, f"{kind.label} {movement.piece_ref}", detail)


def open_and_disputed(customer_id: int) -> Money:
    """What is to pay again because its payment is contested. One query."""
    return sum((item.open for item in disputed_items(customer_id)), ZERO)


def refunds_in_flight(customer_id: int) -> list[InFlight]:
    """The refunds that were asked for and have not left yet: the money is reserved, the balance does not say so."""
    return [each for each in money_in_flight(customer_id) if each.reason == _REFUND]


def totals(movements: Sequence[Movement]) -> Totals:
    return Totals(
        len(movements),
        sum((movement.debit for movement in movements if movement.debit), ZERO),
        sum((movement.credit for movement in movements if movement.credit), ZERO),
    )


def statement_sheet(movements: Iterable[Movement]) -> Sheet:
    """The export, in the language of this moment: rows are read when it is long over."""
    kinds = {kind.value: str(kind.label) for kind in MovementKind}
    columns = [_("Date"), _("Kind"), _("Wording"), _("Document"), _("Debit"), _("Credit"), _("Balance after")]
    rows = (
        [each.date, kinds[each.kind], each.label, each.piece_ref, each.debit, each.credit, each.balance_after]
        for each in movements
    )
    return Sheet(_("Transactions"), columns, rows)
