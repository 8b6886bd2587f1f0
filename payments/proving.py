"""The three-way proof: our books, the provider's movements and our own objects, day by day, and what explains a gap.

A day is Europe/Paris: of the effective date in our books, of the moment at the provider for its movements.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Max, Min, Sum

from core.money import ZERO, Money
from ledger import selectors as ledger
from payments.models import Provider, ProviderMovement
from payments.services.crediting import BOOKS
from payments.services.known import CURRENCY, claims_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date, datetime

    from django.db.models import QuerySet

MOST_DAYS: Final = 92


class Verdict(StrEnum):
    """Why a day does not agree."""

    ONLY_OURS = "ONLY_OURS"
    ONLY_THEIRS = "ONLY_THEIRS"
    AMOUNT_DIFFERS = "AMOUNT_DIFFERS"
    DAY_DIFFERS = "DAY_DIFFERS"
    ONLY_IN_BOOKS = "ONLY_IN_BOOKS"
    BOOKED_DIFFERENTLY = "BOOKED_DIFFERENTLY"


@dataclass(frozen=True, slots=True)
class ProofDay:
    """What each of the three says at the end of a day."""

    day: date
    books: Money
    provider: Money
    objects: Money

    @property
    def difference(self) -> Money:
        """What our books have more than the provider."""
        return self.books - self.provider

    @property
    def agrees(self) -> bool:
        return self.books == self.provider == self.objects


@dataclass(frozen=True, slots=True)
class ProofItem:
    """One thing that the two sides do not tell alike: the provider's id of it, the days and the amounts."""

    verdict: Verdict
    source: str
    what: str
    our_day: date | None
    their_day: date | None
    ours: Money
    theirs: Money

    @property
    def difference(self) -> Money:
        return self.ours - self.theirs


@dataclass(frozen=True, slots=True)
class Proof:
    """The days asked for, newest first, what explains their gaps, and the gap that was there before them."""

    provider: str
    since: date
    until: date
    days: list[ProofDay]
    items: list[ProofItem]
    before: Money

    @property
    def agrees(self) -> bool:
        return all(day.agrees for day in self.days)


@dataclass(slots=True)
class _Side:
    """What one side says of one of the provider's objects."""

    by_day: dict[date, int] = field(default_factory=dict)

    def add(self, day: date, cents: int) -> None:
        self.by_day[day] = self.by_day.get(day, 0) + cents

    @property
    def told(self) -> dict[date, int]:
        return {day: cents for day, cents in self.by_day.items() if cents}


def prove(provider: str, *, since: date, until: date) -> Proof:
    """The proof of these days, at most 92. Past days do not change, but by what is learned late of them.

    The number of queries does not grow with the days: sums before, sums by day, and the lines of the days themselves.
    """
    since = max(since, until - timedelta(days=MOST_DAYS - 1))
    books, moved, known = _opening(provider, since)
    before = books - moved
    book_days = ledger.account_days(BOOKS[provider].clearing, since=since, until=until)
    moved_days = _summed(_movements(provider), "day", "net_cents", since, until)
    known_days: dict[date, int] = defaultdict(int)
    for claims in claims_of(provider):
        for day, cents in _summed(claims, "claim_on", "claim_cents", since, until).items():
            known_days[day] += cents
    days = []
    for offset in range((until - since).days + 1):
        day = since + timedelta(days=offset)
        books += book_days.get(day, ZERO)
        moved += Money(moved_days.get(day, 0))
        known += Money(known_days.get(day, 0))
        days.append(ProofDay(day, books, moved, known))
    return Proof(provider, since, until, days[::-1], _items(provider, since, until), before)


def waiting_at(provider: str, *, at: datetime) -> tuple[Money, datetime | None]:
    """What Stripe holds and does not pay out yet, by its movements, and when the last of it becomes available."""
    rows = _movements(provider).filter(available_at__gt=at)
    found = rows.aggregate(cents=Sum("net_cents"), last=Max("available_at"))
    return Money(int(found["cents"] or 0)), found["last"]


def first_day(provider: str) -> date | None:
    """The first day of which the provider's movements are known."""
    found: date | None = _movements(provider).aggregate(first=Min("day"))["first"]
    return found


def _movements(provider: str) -> QuerySet[ProviderMovement]:
    return ProviderMovement.objects.filter(provider=provider, currency=CURRENCY)


def _opening(provider: str, since: date) -> tuple[Money, Money, Money]:
    """What each side says at the end of the day before."""
    eve = since - timedelta(days=1)
    books = ledger.account_balance(BOOKS[provider].clearing, until=eve)
    moved = _movements(provider).filter(day__lte=eve).aggregate(cents=Sum("net_cents"))["cents"]
    known = [
        claims.filter(claim_on__lte=eve).aggregate(cents=Sum("claim_cents"))["cents"] for claims in claims_of(provider)
    ]
    return books, Money(int(moved or 0)), Money(sum(int(cents or 0) for cents in known))


def _summed(rows: QuerySet[Any, Any], day: str, cents: str, since: date, until: date) -> dict[date, int]:
    found = rows.filter(**{f"{day}__gte": since, f"{day}__lte": until}).order_by().values(day).annotate(sum=Sum(cents))
    return {row[day]: int(row["sum"]) for row in found}


def _items(provider: str, since: date, until: date) -> list[ProofItem]:
    """Everything of these days that the sides do not tell alike, newest first."""
    claims = list(_claims_between(provider, since, until))
    ours: dict[str, _Side] = defaultdict(_Side)
    for row in claims:
        ours[row["claim_source"]].add(row["claim_on"], row["claim_cents"])
    theirs: dict[str, _Side] = defaultdict(_Side)
    words: dict[str, str] = {}
    for movement in _movements(provider).filter(day__gte=since, day__lte=until).order_by("pk"):
        theirs[movement.source_id].add(movement.day, movement.net_cents)
        words[movement.source_id] = movement.kind
    odd = [source for source in {*ours, *theirs} if ours[source].told != theirs[source].told]
    compared = _compared(provider, odd, words)
    strange = _unclaimed(provider, since, until, claims)
    return sorted([*compared, *strange], key=lambda item: (item.our_day or item.their_day, item.source), reverse=True)


def _claims_between(provider: str, since: date, until: date) -> Iterator[dict[str, Any]]:
    for claims in claims_of(provider):
        yield from claims.filter(claim_on__gte=since, claim_on__lte=until)


def _compared(provider: str, sources: list[str], words: dict[str, str]) -> Iterator[ProofItem]:
    """Both sides of each of these objects, of all time: what only shows that another day told the other half."""
    ours: dict[str, _Side] = defaultdict(_Side)
    for claims in claims_of(provider):
        for row in claims.filter(claim_source__in=sources):
            ours[row["claim_source"]].add(row["claim_on"], row["claim_cents"])
    theirs: dict[str, _Side] = defaultdict(_Side)
    for movement in _movements(provider).filter(source_id__in=sources):
        theirs[movement.source_id].add(movement.day, movement.net_cents)
    for source in sources:
        mine, others = ours[source].by_day, theirs[source].by_day
        if ours[source].told != theirs[source].told:
            yield ProofItem(
                _verdict(mine, others),
                source,
                words.get(source, ""),
                max(mine, default=None),
                max(others, default=None),
                Money(sum(mine.values())),
                Money(sum(others.values())),
            )


def _verdict(ours: dict[date, int], theirs: dict[date, int]) -> Verdict:
    if not theirs:
        return Verdict.ONLY_OURS
    if not ours:
        return Verdict.ONLY_THEIRS
    return Verdict.DAY_DIFFERS if sum(ours.values()) == sum(theirs.values()) else Verdict.AMOUNT_DIFFERS


def _unclaimed(provider: str, since: date, until: date, claims: Iterable[dict[str, Any]]) -> Iterator[ProofItem]:
    """Postings on the clearing account that no object of ours claims, or not for that amount."""
    claimed: dict[int, int] = defaultdict(int)
    for row in claims:
        claimed[row["claim_tx"]] += row["claim_cents"]
    for entry in ledger.account_entries(BOOKS[provider].clearing, since=since, until=until):
        said = Money(claimed.get(entry.tx_id, 0))
        if said != entry.amount:
            verdict = Verdict.BOOKED_DIFFERENTLY if entry.tx_id in claimed else Verdict.ONLY_IN_BOOKS
            yield ProofItem(verdict, entry.piece_ref, entry.label, entry.on, None, entry.amount, said)


def providers_proven() -> list[Provider]:
    """The providers whose money is proven: all that we keep books for."""
    return [Provider(name) for name in BOOKS]
