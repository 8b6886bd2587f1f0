"""Who looks at a line: it warns the others and measures how long a decision took. It locks nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction

from bank.models import LineGlance

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User

FRESH: Final = timedelta(minutes=2)
"""How long a look counts after it was last renewed."""
LONGEST: Final = timedelta(minutes=10)
"""Who looked longer did something else meanwhile: more than that is nobody's time for one line."""


@transaction.atomic
def glance(line_id: int, *, by: User, at: datetime) -> LineGlance:
    """Note that a person looks at a line, unless somebody else does; returns who looks at it now."""
    seen, created = LineGlance.objects.select_for_update(of=("self",)).get_or_create(
        line_id=line_id, defaults={"by": by, "since": at, "at": at}
    )
    if created:
        return seen
    if seen.by_id != by.pk:
        if at - seen.at < FRESH:
            return seen
        seen.by, seen.since = by, at
    elif at - seen.at >= LONGEST:
        seen.since = at
    seen.at = max(at, seen.since)
    seen.save(update_fields=["by", "since", "at"])
    return seen


def seconds_of(line_id: int, *, by: User, at: datetime) -> int | None:
    """How long that person has looked at the line, ten minutes at most; None when somebody else does."""
    seen = LineGlance.objects.filter(line=line_id, by=by).first()
    if seen is None or at < seen.since:
        return None
    return int(min(at - seen.since, LONGEST).total_seconds())
