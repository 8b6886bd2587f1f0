"""Early fraud warnings: kept, shown to staff, and they hold back debits by themselves until somebody has looked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from payments import locks
from payments.models import FraudWarning
from payments.services.disputes.looking import payment_of
from payments.transitions import note

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User
    from payments.gateways.base import Gateway, News


def warned_of(news: News, *, provider: str, gateway: Gateway, at: datetime) -> FraudWarning | None:
    """Keep the warning that an event is about, once; None when its payment is not ours. Raises Refused or Unsure."""
    told = gateway.fraud_warning_about(news)
    payment = payment_of(told.charge_id, told.reference, provider) if told else None
    if told is None or payment is None:
        return None
    with transaction.atomic():
        locked = locks.lock_payment(payment.pk)
        warning, is_new = FraudWarning.objects.get_or_create(
            provider=provider,
            object_id=told.object_id,
            defaults={"payment": locked, "kind": told.kind[:100], "warned_at": told.warned_at, "created_at": at},
        )
        if is_new:
            note(locked, "fraud warning", at=at, detail=f"{told.object_id}: {told.kind}")
    return warning


def handle_warning(warning_id: int, *, by: User, at: datetime) -> bool:
    """A member of staff has looked at a warning. False when somebody had before."""
    unseen = FraudWarning.objects.filter(pk=warning_id, handled_at__isnull=True)
    return bool(unseen.update(handled_at=at, handled_by=by))
