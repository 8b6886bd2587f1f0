"""What a subject of events is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from payments.gateways.base import Gateway, News
    from payments.models import Payment, Provider


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


@dataclass(frozen=True, slots=True)
class Subject:
    """The events of each provider that are about one thing, and how to look at that thing."""

    heard: Mapping[Provider, tuple[str, ...]]
    look: Look
