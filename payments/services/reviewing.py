"""Staff looked at what needed a person: another amount than was asked, an answer of the bank that was set aside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.models import AmountReview, AnswerReview

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User
    from payments.models import BankAnswer, Payment


def note_amount_seen(payment: Payment, *, note: str, actor: User, at: datetime) -> AmountReview:
    """Keep it, once: of two people at once the first one counts, and both are told of that one."""
    row = AmountReview(payment=payment, seen_by=actor, seen_at=at, note=note.strip()[:300])
    AmountReview.objects.bulk_create([row], ignore_conflicts=True)
    return AmountReview.objects.select_related("seen_by").get(payment=payment)


def note_answer_seen(answer: BankAnswer, *, note: str, actor: User, at: datetime) -> AnswerReview:
    """Keep what became of an answer that was set aside, once: of two people at once the first one counts.

    It moves no money: whoever has to book something does so by the verbs for that, and says so here.
    """
    row = AnswerReview(answer=answer, seen_by=actor, seen_at=at, note=note.strip()[:300])
    AnswerReview.objects.bulk_create([row], ignore_conflicts=True)
    return AnswerReview.objects.select_related("seen_by").get(answer=answer)
