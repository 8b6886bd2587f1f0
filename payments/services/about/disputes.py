"""Events about disputes, about payments taken back, and about payments that a bank suspects."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db.models import F, Q

from payments.models import Dispute, DisputeMovement, MovementCause, Provider, ProviderMovement
from payments.services.about.subject import Claims, Found, Subject, claims_on
from payments.services.disputes.looking import ask_dispute, find_untold, look_at
from payments.services.disputes.warning import warned_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from payments.gateways.base import Gateway, News

_AT_ONCE: Final = 200
_LATE: Final = timedelta(hours=1)
"""A turn that the sweeper and its job missed for so long is taken here."""
_HOPE: Final = timedelta(days=2)
"""What moved for no dispute of ours is searched for so long; then it is for staff alone."""
_WARNING: Final = "radar.early_fraud_warning.created"
_OF_STRIPE: Final = (
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    _WARNING,
)


def look(news: News, *, gateway: Gateway, at: datetime) -> Found:
    """Look at the disputes that the event is about; of a payment that is not ours, say so."""
    provider = Provider.STRIPE if news.type in _OF_STRIPE else Provider.PAYPAL
    if news.type == _WARNING:
        warning = warned_of(news, provider=provider, gateway=gateway, at=at)
        return Found(ours=warning is not None, payment=warning.payment if warning else None)
    told = gateway.disputes_about(news)
    found = [look_at(each, provider=provider, gateway=gateway, at=at) for each in told]
    ours = [dispute for dispute in found if dispute is not None]
    return Found(ours=bool(ours), payment=ours[0].payment if ours else None)


def repair(provider: str, *, gateway: Gateway, at: datetime) -> int:
    """Ask about the disputes whose turn was missed, and about those that moved our balance by more than is booked.

    When the balance moved for a dispute that we never heard of, the provider's list is searched for it.
    """
    moved = ProviderMovement.objects.filter(
        provider=provider, cause=MovementCause.DISPUTE, explained_at=None, recorded_at__gt=at - _HOPE
    )
    sources = set(moved.order_by("pk").values_list("source_id", flat=True)[:_AT_ONCE])
    mine = Dispute.objects.filter(provider=provider).order_by("pk")
    behind = mine.filter(Q(object_id__in=sources) | Q(payment__charge_id__in=sources))
    known = {name for names in behind.values_list("object_id", "payment__charge_id") for name in names}
    late = mine.filter(ask_at__lte=at - _LATE)
    asked = list((behind | late).distinct().values_list("pk", flat=True)[:_AT_ONCE])
    for dispute_id in asked:
        ask_dispute(dispute_id, gateway=gateway, at=at)
    untold = find_untold(provider, gateway=gateway, at=at) if sources - known else 0
    return len(asked) + untold


def claims(provider: str) -> Sequence[Claims]:
    """What disputes say that they moved: the money, what was kept of a return, and the fee.

    Stripe's movements name the dispute, PayPal's the payment that was taken back.
    """
    rows = DisputeMovement.objects.filter(provider=provider)
    source = "dispute__object_id" if provider == Provider.STRIPE else "dispute__payment__charge_id"
    return (
        claims_on(rows, tx="tx", source=source, cents=F("kept_cents") - F("amount_cents")),
        claims_on(rows, tx="kept_tx", source=source, cents=-F("kept_cents")),
        claims_on(rows, tx="fee_tx", source=source, cents=-F("fee_cents")),
    )


SUBJECT: Final = Subject(
    heard={
        Provider.STRIPE: _OF_STRIPE,
        Provider.PAYPAL: (
            "CUSTOMER.DISPUTE.CREATED",
            "CUSTOMER.DISPUTE.UPDATED",
            "CUSTOMER.DISPUTE.RESOLVED",
            "PAYMENT.CAPTURE.REVERSED",
        ),
    },
    look=look,
    repair=repair,
    claims=claims,
)
