"""Staff saw that a payment received something else than was asked: who, when, and what they thought of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.models import AmountReview

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User
    from payments.models import Payment


def note_amount_seen(payment: Payment, *, note: str, actor: User, at: datetime) -> AmountReview:
    """Keep it, once: of two people at once the first one counts, and both are told of that one."""
    row = AmountReview(payment=payment, seen_by=actor, seen_at=at, note=note.strip()[:300])
    AmountReview.objects.bulk_create([row], ignore_conflicts=True)
    return AmountReview.objects.select_related("seen_by").get(payment=payment)
