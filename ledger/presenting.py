"""Movements as the transactions page and its export write them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.translation import gettext as _

from core.money import ZERO, Money
from ledger.kinds import MovementKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ledger.selectors import Movement

_DOCUMENTS = {MovementKind.INVOICE, MovementKind.CREDIT_NOTE}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
BOM = "\ufeff"


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
        return Line(movement, str(kind.label), movement.label)
    detail = "" if movement.piece_ref in movement.label else movement.label
    return Line(movement, f"{kind.label} {movement.piece_ref}", detail)


def totals(movements: Sequence[Movement]) -> Totals:
    return Totals(
        len(movements),
        sum((movement.debit for movement in movements if movement.debit), ZERO),
        sum((movement.credit for movement in movements if movement.credit), ZERO),
    )


def csv_lines(movements: Iterable[Movement], *, language: str) -> Iterator[str]:
    """The export, line by line: UTF-8 with a mark for spreadsheets, semicolons, decimal commas, dates as they sort.

    It is written while it is sent, after the view is over: the language is given.
    """
    with translation.override(language):
        yield from _csv_lines(movements)


def _csv_lines(movements: Iterable[Movement]) -> Iterator[str]:
    writer = csv.writer(_Echo(), delimiter=";", lineterminator="\r\n")
    columns = [_("Date"), _("Kind"), _("Wording"), _("Document"), _("Debit"), _("Credit"), _("Balance after")]
    yield BOM + writer.writerow(columns)
    for movement in movements:
        yield writer.writerow(
            [
                movement.date.isoformat(),
                MovementKind(movement.kind).label,
                _text(movement.label),
                _text(movement.piece_ref),
                _figures(movement.debit),
                _figures(movement.credit),
                _figures(movement.balance_after),
            ]
        )


def _text(value: str) -> str:
    """A cell that a spreadsheet never runs as a formula."""
    return f"'{value}" if value.startswith(_FORMULA) else value


def _figures(amount: Money | None) -> str:
    return "" if amount is None else f"{amount.euros:.2f}".replace(".", ",")


class _Echo:
    """A file that gives back what is written to it, so that the csv module can stream."""

    def write(self, text: str) -> str:
        return text
