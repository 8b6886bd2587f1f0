"""Questions about the chain of proofs, the closings and the closed months."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef

from core.money import Money
from ledger.facts import closing_text, texts_of_events, texts_of_transactions
from ledger.models import ClosedMonth, Closing, ClosingKind, Link, SealedEvent, Tx

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

_WAITING = 1_000


@dataclass(frozen=True, slots=True)
class ChainHead:
    """Where the chain stands: how many links, its last hash, and the oldest fact that waits for its seal."""

    length: int
    hash: str
    sealed_at: datetime | None
    waiting_since: datetime | None


@dataclass(frozen=True, slots=True)
class ClosingView:
    """One closed period, in the sense of the business."""

    kind: str
    starts_on: date
    ends_on: date
    links: int
    sales: Money
    vat: Money
    received: Money
    perpetual_sales: Money
    hash: str
    signed: bool
    closed_at: datetime


def chain_head() -> ChainHead:
    """The state of the chain. Three queries."""
    last = Link.objects.order_by("-position").first()
    return ChainHead(
        length=last.position if last else 0,
        hash=last.hash if last else "",
        sealed_at=last.sealed_at if last else None,
        waiting_since=min(_oldest_unsealed(), default=None),
    )


def closings(kind: str, *, size: int = 50, before: date | None = None) -> list[ClosingView]:
    """The closed periods of a kind, newest first; `before` a day for the next page."""
    rows = Closing.objects.filter(kind=kind).order_by("-starts_on")
    if before is not None:
        rows = rows.filter(starts_on__lt=before)
    return [_view(row) for row in rows[:size]]


def locked_months(*, year: int | None = None) -> set[date]:
    """The months whose books are locked, each by its first day."""
    months = ClosedMonth.objects.all() if year is None else ClosedMonth.objects.filter(year=year)
    return {date(month.year, month.month, 1) for month in months}


def first_open_day(day: date) -> date:
    """That day, or the first day after its locked months: where a late bank line takes effect (postings.md §12)."""
    locked = locked_months()
    while day.replace(day=1) in locked:
        day = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return day


def first_recorded_on() -> date | None:
    """The first day of effect in the books."""
    return Tx.objects.order_by("effective_on").values_list("effective_on", flat=True).first()


@dataclass(frozen=True, slots=True)
class SealedText:
    """A link as a third party verifies it: its place, its hash, and the canonical text that was hashed."""

    position: int
    hash: str
    text: str


def iter_chain(since: datetime, until: datetime) -> Iterator[SealedText]:
    """The links of the facts recorded from one moment to before another, in order, in small memory."""
    links = Link.objects.filter(recorded_at__gte=since, recorded_at__lt=until).order_by("position")
    seen = 0
    while some := list(links.filter(position__gt=seen)[:_WAITING]):
        transactions = texts_of_transactions([link.tx_id for link in some if link.tx_id])
        events = texts_of_events([link.event_id for link in some if link.event_id])
        for link in some:
            text = transactions[link.tx_id] if link.tx_id else events[link.event_id or 0]
            yield SealedText(link.position, link.hash, text)
        seen = some[-1].position


def iter_closings(since: date, until: date) -> Iterator[dict[str, str]]:
    """The closings that end between two days, both included: canonical text, hash, signature; by kind, oldest first."""
    for kind in ClosingKind:
        for row in Closing.objects.filter(kind=kind, ends_on__range=(since, until)).order_by("starts_on"):
            yield {"text": closing_text(row), "hash": row.hash, "signature": row.signature}


def _oldest_unsealed() -> list[datetime]:
    """The oldest transaction and the oldest event that wait. What waits is new: the newest ones are looked at."""
    waiting = (
        Tx.objects.filter(~Exists(Link.objects.filter(tx_id=OuterRef("pk")))),
        SealedEvent.objects.filter(~Exists(Link.objects.filter(event_id=OuterRef("pk")))),
    )
    oldest = [
        min(rows.order_by("-pk").values_list("recorded_at", flat=True)[:_WAITING], default=None) for rows in waiting
    ]
    return [moment for moment in oldest if moment is not None]


def _view(row: Closing) -> ClosingView:
    return ClosingView(
        kind=row.kind,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        links=row.last_position - row.first_position + 1,
        sales=Money(row.sales_cents),
        vat=Money(row.vat_cents),
        received=Money(row.received_cents),
        perpetual_sales=Money(row.perpetual_sales_cents),
        hash=row.hash,
        signed=bool(row.signature),
        closed_at=row.closed_at,
    )
