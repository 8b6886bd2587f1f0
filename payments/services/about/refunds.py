"""Events about money that goes back: ours, and what somebody gave back in the provider's own pages."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from django.db.models import F

from payments.gateways.base import Refused
from payments.models import MovementCause, Payment, PaymentStatus, Provider, ProviderMovement, Refund
from payments.services.about.payments import payment_of
from payments.services.about.subject import Claims, Found, StillUnknown, Subject, claims_on
from payments.services.asking import ask
from payments.services.refunding.sending import look_for_refunds

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from payments.gateways.base import Gateway, News

_AT_ONCE = 200


def look(news: News, *, gateway: Gateway, at: datetime) -> Found:
    """List the refunds of the payment that the event names, and write each down.

    A refund may be told before the payment that it gives back: then the payment is asked about first.
    """
    payment = payment_of(news)
    if payment is None:
        return Found(ours=False)
    if payment.status != PaymentStatus.SUCCEEDED:
        payment = ask(payment.pk, gateway=gateway, at=at)
    if payment.status != PaymentStatus.SUCCEEDED:
        raise StillUnknown(payment.reference)
    look_for_refunds(payment.pk, gateway=gateway, at=at)
    return Found(ours=True, payment=payment)


def repair(provider: str, *, gateway: Gateway, at: datetime) -> int:
    """Look at the refunds that moved our balance at the provider and that nothing of ours explains."""
    moved = ProviderMovement.objects.filter(provider=provider, cause=MovementCause.REFUND, explained_at=None)
    sources = list(moved.order_by("pk").values_list("source_id", flat=True)[:_AT_ONCE])
    known = set(Refund.objects.filter(provider=provider, object_id__in=sources).values_list("object_id", flat=True))
    asked = dict.fromkeys(source for source in sources if source not in known)
    for source in asked:
        with suppress(Refused):  # a movement that is no refund of the kind that we know: staff look at it
            told = gateway.read_refund(source)
            payment = Payment.objects.filter(provider=provider, intent_id=told.intent_id).first()
            if payment is not None:
                look_for_refunds(payment.pk, gateway=gateway, at=at)
    return len(asked)


def claims(provider: str) -> Sequence[Claims]:
    """What refunds say that they moved: what left, what came back, what the provider returned of its fees."""
    rows = Refund.objects.filter(provider=provider)
    return (
        claims_on(rows, tx="tx", source="object_id", cents=-F("amount_cents")),
        claims_on(rows, tx="restored_tx", source="object_id", cents=F("amount_cents")),
        claims_on(rows, tx="fee_tx", source="object_id", cents=F("fee_back_cents")),
    )


SUBJECT: Final = Subject(
    heard={
        Provider.STRIPE: (
            "refund.created",
            "refund.updated",
            "refund.failed",
            "charge.refunded",
            "charge.refund.updated",
        ),
        Provider.PAYPAL: ("PAYMENT.CAPTURE.REFUNDED",),
    },
    look=look,
    repair=repair,
    claims=claims,
)
