"""How far the lists of a provider were read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from payments.models import ProviderCursor

if TYPE_CHECKING:
    from datetime import datetime


@transaction.atomic
def advance(provider: str, stream: str, until: datetime, *, at: datetime) -> None:
    """Move a cursor on, never back: of two turns at once the later one counts."""
    row = ProviderCursor(provider=provider, stream=stream, read_until=until, checked_at=at)
    ProviderCursor.objects.bulk_create([row], ignore_conflicts=True)
    mine = ProviderCursor.objects.filter(provider=provider, stream=stream)
    mine.filter(read_until__lt=until).update(read_until=until)
    mine.filter(checked_at__lt=at).update(checked_at=at)
