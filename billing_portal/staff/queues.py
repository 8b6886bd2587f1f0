"""One line of the to-do page, and how it is made of rows or of moments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Count, Min
from django.urls import reverse

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from django.db.models import QuerySet


@dataclass(frozen=True, slots=True)
class Queue:
    """One kind of thing that waits. `within` is how long the oldest may wait before it is urgent."""

    name: str
    note: str
    count: int
    oldest_at: datetime | None
    within: timedelta
    action: str
    address: str
    at: datetime

    @property
    def is_urgent(self) -> bool:
        return self.oldest_at is not None and self.at - self.oldest_at > self.within


def size(rows: QuerySet[Any], since: str) -> tuple[int, datetime | None]:
    """How many rows, and the oldest moment of them."""
    found = rows.order_by().aggregate(count=Count("pk"), oldest=Min(since))
    return found["count"], found["oldest"]


def moments(found: Sequence[datetime]) -> tuple[int, datetime | None]:
    """How many, and the oldest."""
    return len(found), min(found, default=None)


def listed(model: str, **filters: str) -> str:
    """The address of the list of a model, filtered."""
    return f"{reverse(f'admin:{model}_changelist')}?{urlencode(filters)}"
