"""The gap radar: whether each series of numbers is whole and its dates follow, and where the archive stands."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from django.db.models import Count, Sum

from invoices.models import Attestation, DocumentSeries, Invoice, Quote, Receipt, ReceiptCancellation, Rendition
from invoices.states import Series

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

_MODELS: Final[dict[str, type[Attestation | Invoice | Quote | Receipt | ReceiptCancellation]]] = {
    Series.RECEIPT.value: Receipt,
    Series.CANCELLATION.value: ReceiptCancellation,
    Series.ATTESTATION.value: Attestation,
    Series.QUOTE.value: Quote,
    Series.PROFORMA.value: Quote,
}
_NAMED: Final = 20
"""How many faults of one series are named; their count is always whole."""


@dataclass(frozen=True, slots=True)
class SeriesState:
    """One series of one year. `missing` and `out_of_order` name the first faults, the counts count them all."""

    name: str
    label: str
    given: int
    found: int
    first_date: date | None
    last_date: date | None
    missing_count: int
    missing: tuple[str, ...]
    out_of_order_count: int
    out_of_order: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return not self.missing_count and not self.out_of_order_count and self.found == self.given


@dataclass(frozen=True, slots=True)
class ArchiveState:
    """How many files are kept, their size together, and how many documents they belong to."""

    files: int
    size: int
    documents: int


def series_states() -> list[SeriesState]:
    """Every series, newest year first. One query for all, one walk through the numbers of each, in small memory."""
    rows = DocumentSeries.objects.order_by("-year", "prefix")
    return [_state(series) for series in rows]


def archive_state() -> ArchiveState:
    """The size of the archive. Two queries."""
    counted = Rendition.objects.aggregate(size=Sum("size"), files=Count("sha256", distinct=True))
    owners = Rendition.objects.aggregate(
        invoices=Count("invoice", distinct=True),
        receipts=Count("receipt", distinct=True),
        cancellations=Count("cancellation", distinct=True),
        quotes=Count("quote", distinct=True),
        attestations=Count("attestation", distinct=True),
    )
    return ArchiveState(counted["files"], counted["size"] or 0, sum(owners.values()))


def stored_hashes() -> Iterator[str]:
    """The name of each stored file, once."""
    yield from Rendition.objects.order_by("sha256").values_list("sha256", flat=True).distinct().iterator()


def _state(series: DocumentSeries) -> SeriesState:
    name = f"{series.prefix}{series.year}"
    numbers = list(_numbers(series.prefix, name))
    serials = [int(number[-6:]) for number, _ in numbers]
    missing = sorted(set(range(1, series.last + 1)) - set(serials))
    late = [later for (_, before), (later, after) in pairwise(numbers) if after < before]
    return SeriesState(
        name=name,
        label=str(Series(series.prefix).label),
        given=series.last,
        found=len(numbers),
        first_date=numbers[0][1] if numbers else None,
        last_date=numbers[-1][1] if numbers else None,
        missing_count=len(missing),
        missing=tuple(f"{name}-{serial:06d}" for serial in missing[:_NAMED]),
        out_of_order_count=len(late),
        out_of_order=tuple(late[:_NAMED]),
    )


def _numbers(prefix: str, name: str) -> Iterator[tuple[str, date]]:
    """Numbers and dates of a series, in the order of the numbers."""
    found = _MODELS.get(prefix, Invoice).objects.filter(number__startswith=f"{name}-").order_by("number")
    for number, issue_date in found.values_list("number", "issue_date").iterator(chunk_size=5_000):
        if number is not None and issue_date is not None:  # what has a number has a date: the database says so
            yield number, issue_date
