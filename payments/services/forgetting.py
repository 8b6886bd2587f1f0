"""Where payers sat and with what: personal data, kept as long as a payer may contest the payment, and no longer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from payments.models import OPEN_DISPUTES, Dispute, Payment

if TYPE_CHECKING:
    from datetime import datetime

_AT_ONCE = 500


def forget_payers(*, at: datetime) -> int:
    """Erase address and browser of payments older than PAYER_TRACE_DAYS, at most 500. Returns how many.

    Those of a payment that is contested just now stay until that is over.
    """
    contested = Dispute.objects.filter(payment=OuterRef("pk"), status__in=OPEN_DISPUTES)
    kept = Payment.objects.filter(Q(payer_address__isnull=False) | Q(payer_agent__gt=""))
    old = kept.filter(~Exists(contested), created_at__lt=at - timedelta(days=settings.PAYER_TRACE_DAYS))
    ids = list(old.order_by("created_at").values_list("pk", flat=True)[:_AT_ONCE])
    return Payment.objects.filter(pk__in=ids).update(payer_address=None, payer_agent="")
