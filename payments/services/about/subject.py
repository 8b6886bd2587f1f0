"""What a subject of events is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from django.db.models import F, QuerySet

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from django.db.models.expressions import Combinable

    from payments.gateways.base import Gateway, News
    from payments.models import Payment, Provider

Claims = QuerySet[Any, dict[str, Any]]
"""Rows of `claims_on`: what objects of ours say that they moved at a provider."""


class StillUnknown(Exception):
    """The provider did not answer the question that an event raised: ask again."""


@dataclass(frozen=True, slots=True)
class Found:
    """Whether an event is about something of ours, and the payment to show with it."""

    ours: bool
    payment: Payment | None = None


class Look(Protocol):
    def __call__(self, news: News, *, gateway: Gateway, at: datetime) -> Found:
        """Ask the provider about what the event names, and apply the answer. Raises StillUnknown, Unsure."""


class Repair(Protocol):
    def __call__(self, provider: str, *, gateway: Gateway, at: datetime) -> int:
        """Ask the provider about the open objects of this kind that news may have missed, at most 200, and apply.

        Returns how many were asked about. Raises Unsure: the next turn goes on. May be repeated without harm.
        """


@dataclass(frozen=True, slots=True)
class Subject:
    """The events of each provider that are about one thing, and how to look at that thing.

    `repair` is called at each catch-up. `claims` says which postings on the provider's clearing account these objects
    explain, and by which of the provider's objects: the proof compares the three.
    """

    heard: Mapping[Provider, tuple[str, ...]]
    look: Look
    repair: Repair | None = None
    claims: Callable[[str], Sequence[Claims]] | None = None


def claims_on(rows: QuerySet[Any], *, tx: str, source: str, cents: Combinable) -> Claims:
    """The claims of these rows: the posting (a foreign key), the provider's object, the cents on the clearing account.

    `cents` are positive when the provider owes us more by it.
    """
    return (
        rows.exclude(**{tx: None})
        .order_by()
        .values(claim_tx=F(f"{tx}_id"), claim_on=F(f"{tx}__effective_on"), claim_source=F(source), claim_cents=cents)
    )
