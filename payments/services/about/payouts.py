"""Events about payouts to our bank. PayPal tells of none: its reports do."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db.models import F, Q

from payments.gateways.base import Refused
from payments.models import Payout, PayoutStatus, Provider
from payments.services.about.subject import Claims, Found, Subject, claims_on
from payments.services.paying_out import look_at_payout

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from payments.gateways.base import Gateway, News


_AT_ONCE = 200
_QUIET = timedelta(hours=1)
_MAY_COME_BACK = timedelta(days=7)
"""A bank may send a payout back so long after it was said to be paid."""


def look(news: News, *, gateway: Gateway, at: datetime) -> Found:
    """Ask about the payout that the event names. One that the provider does not know is none of ours."""
    try:
        look_at_payout(Provider.STRIPE, news.object_id, gateway=gateway, at=at)
    except Refused:
        return Found(ours=False)
    return Found(ours=True)


def repair(provider: str, *, gateway: Gateway, at: datetime) -> int:
    """Ask about the payouts that are on their way, and about those that were said to be paid in the last days."""
    on_their_way = Q(status__in=[PayoutStatus.PENDING, PayoutStatus.IN_TRANSIT], updated_at__lt=at - _QUIET)
    lately_paid = Q(status=PayoutStatus.PAID, begun_at__gt=at - _MAY_COME_BACK)
    open_ones = Payout.objects.filter(on_their_way | lately_paid, provider=provider).order_by("pk")
    ids = list(open_ones.values_list("object_id", flat=True)[:_AT_ONCE])
    for payout_id in ids:
        look_at_payout(provider, payout_id, gateway=gateway, at=at)
    return len(ids)


def claims(provider: str) -> Sequence[Claims]:
    """What payouts say that they moved: their leaving, and their coming back."""
    rows = Payout.objects.filter(provider=provider)
    return (
        claims_on(rows, tx="left_tx", source="object_id", cents=-F("amount_cents")),
        claims_on(rows, tx="returned_tx", source="object_id", cents=F("amount_cents")),
    )


SUBJECT: Final = Subject(
    heard={
        Provider.STRIPE: (
            "payout.created",
            "payout.updated",
            "payout.paid",
            "payout.failed",
            "payout.canceled",
        ),
    },
    look=look,
    repair=repair,
    claims=claims,
)
