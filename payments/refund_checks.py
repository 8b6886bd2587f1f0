"""What must always hold of refunds. `payments/checks.py` asks."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db.models import F, Q, Sum, Value
from django.db.models.functions import Concat

from ledger import selectors as ledger
from payments.models import REFUND_LIVE, BegunBy, Payment, Refund, RefundStatus
from payments.services.crediting import BOOKS

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

_NAMED = 5
_LONGEST_UNSURE = timedelta(days=2)
_UNSURE: Final = (RefundStatus.ASKED, RefundStatus.SENT, RefundStatus.UNKNOWN)
_OVER: Final = (RefundStatus.FAILED, RefundStatus.CANCELLED)


def booked_wrong() -> list[str]:
    """The refunds whose posting, or whose coming back, is not exactly what they say."""
    return [name for provider in BOOKS for name in _names(_wrong(provider))]


def held_wrong() -> list[str]:
    """The refunds in flight without their hold, and the holds of refunds that are not in flight any more."""
    holds = ledger.holds_named("refund:")
    waiting = Refund.objects.filter(status__in=REFUND_LIVE, tx__isnull=True).order_by("pk")
    expected = {refund.hold_key: refund for refund in waiting}
    lacking = [
        refund.reference
        for key, refund in expected.items()
        if holds.get(key) != refund.amount and refund.begun_by == BegunBy.STAFF and _could_be_held(refund)
    ]
    return [*lacking[:_NAMED], *[key for key in holds if key not in expected][:_NAMED]]


def beyond_what_was_received() -> list[str]:
    """The payments that give back, or gave back, more than they received."""
    back = Sum("refunds__amount_cents", filter=~Q(refunds__status__in=_OVER))
    rows = Payment.objects.annotate(back=back).filter(back__gt=F("received_cents")).order_by("pk")
    return [payment.reference for payment in rows[:_NAMED]]


def unsure_for_long(*, at: datetime) -> list[str]:
    """The refunds that should have been sent, or of which nothing is known, for two days."""
    late = Refund.objects.filter(status__in=_UNSURE, created_at__lt=at - _LONGEST_UNSURE).order_by("pk")
    return _names(late)


def _could_be_held(refund: Refund) -> bool:
    """Whether the money is there: a chargeback, or a refund made elsewhere, takes it and the hold with it."""
    return ledger.get_lot(refund.lot_id).free >= refund.amount


def _wrong(provider: str) -> QuerySet[Refund]:
    """The refunds of a provider with a posting that does not say the same."""
    books = BOOKS[provider]
    out = Refund.objects.filter(provider=provider, tx__isnull=False)
    key, back = (Concat(Value(f"{books.name}:"), F("object_id"), Value(what)) for what in (":refund", ":refund_back"))
    right = out.annotate(
        left=Sum("tx__entries__amount_cents", filter=Q(tx__entries__account_id=books.clearing)),
    ).filter(left=-F("amount_cents"), tx__key=key)
    restored = Q(restored_tx__isnull=True) | Q(restored_tx__key=back, restored_tx__reverses=F("tx"))
    return out.exclude(pk__in=right.filter(restored).values("pk")).order_by("pk")


def _names(refunds: QuerySet[Refund]) -> list[str]:
    return [refund.reference for refund in refunds[:_NAMED]]
