"""Events about disputes, about payments taken back, and about payments that a bank suspects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db.models import F

from payments.models import DisputeMovement, Provider
from payments.services.about.subject import Claims, Found, Subject, claims_on
from payments.services.disputes.looking import look_at
from payments.services.disputes.warning import warned_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from payments.gateways.base import Gateway, News

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
    claims=claims,
)
