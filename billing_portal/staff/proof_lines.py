"""The lines of the proof page, and of its exports, in words and figures."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payments.proving import Proof, ProofDay, ProofItem, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from django.utils.functional import _StrPromise

    from core.money import Money

MOST: Final = 100
"""How many explanations the page shows; the export has them all."""
_BOM: Final = "\ufeff"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_VERDICTS: Final[Mapping[Verdict, _StrPromise]] = {
    Verdict.ONLY_OURS: gettext_lazy("We have it, the provider does not"),
    Verdict.ONLY_THEIRS: gettext_lazy("The provider has it, we do not"),
    Verdict.AMOUNT_DIFFERS: gettext_lazy("The amounts differ"),
    Verdict.DAY_DIFFERS: gettext_lazy("Same amount, another day"),
    Verdict.ONLY_IN_BOOKS: gettext_lazy("A posting that no object of ours explains"),
    Verdict.BOOKED_DIFFERENTLY: gettext_lazy("Booked for another amount than its object says"),
}


@dataclass(frozen=True, slots=True)
class DayLine:
    """A day as the page shows it."""

    day: date
    books: Money
    provider: Money
    objects: Money
    difference: Money
    agrees: bool


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One explanation as the page shows it."""

    words: str
    harmless: bool
    source: str
    what: str
    our_day: date | None
    their_day: date | None
    ours: Money
    theirs: Money
    difference: Money


def days_that_moved(proof: Proof) -> list[DayLine]:
    """The days that are not as the day before, and the first and the last one, newest first."""
    days = proof.days
    shown = [
        each for place, each in enumerate(days) if place in (0, len(days) - 1) or _told(each) != _told(days[place + 1])
    ]
    return [DayLine(each.day, each.books, each.provider, each.objects, each.difference, each.agrees) for each in shown]


def _told(shown: ProofDay) -> tuple[Money, Money, Money]:
    return shown.books, shown.provider, shown.objects


def item(shown: ProofItem) -> ItemLine:
    """An explanation, ready to be shown. Another day is no loss: both sides have the same money."""
    return ItemLine(
        str(_VERDICTS[shown.verdict]),
        shown.verdict == Verdict.DAY_DIFFERS,
        shown.source,
        shown.what,
        shown.our_day,
        shown.their_day,
        shown.ours,
        shown.theirs,
        shown.difference,
    )


def csv_lines(proof: Proof, what: str, *, language: str) -> Iterator[str]:
    """UTF-8 with a mark for spreadsheets, semicolons, decimal commas, dates as they sort; no cell is a formula."""
    writer = csv.writer(_Echo(), delimiter=";", lineterminator="\r\n")
    with translation.override(language):
        rows = _days(proof) if what == "days" else _items(proof)
        yield _BOM + writer.writerow(next(rows))
        for row in rows:
            yield writer.writerow([_text(cell) for cell in row])


def _days(proof: Proof) -> Iterator[Sequence[str]]:
    yield [_("Day"), _("Our books"), _("Provider"), _("Our objects"), _("Difference")]
    for each in proof.days:
        amounts = (each.books, each.provider, each.objects, each.difference)
        yield [each.day.isoformat(), *map(_figures, amounts)]


def _items(proof: Proof) -> Iterator[Sequence[str]]:
    yield [
        *(_("Why"), _("Provider’s id"), _("What"), _("Our day"), _("Provider’s day")),
        *(_("Ours"), _("Theirs"), _("Difference")),
    ]
    for each in map(item, proof.items):
        days = ["" if when is None else when.isoformat() for when in (each.our_day, each.their_day)]
        amounts = (each.ours, each.theirs, each.difference)
        yield [each.words, each.source, each.what, *days, *map(_figures, amounts)]


def _figures(amount: Money) -> str:
    return f"{amount.euros:.2f}".replace(".", ",")


def _text(cell: str) -> str:
    """A text that a spreadsheet never runs; figures stay figures."""
    figures = cell.replace(",", "").lstrip("-").isdigit()
    return f"'{cell}" if cell.startswith(_FORMULA) and not figures else cell


class _Echo:
    """A file that gives back what is written to it, so that the csv module can stream."""

    def write(self, text: str) -> str:
        return text
