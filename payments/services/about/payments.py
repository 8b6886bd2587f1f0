"""Events about payment pages and the payments made on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db.models import F

from payments.models import Payment, PaymentStatus, Provider
from payments.services.about.subject import Claims, Found, StillUnknown, Subject, claims_on
from payments.services.asking import ask_about
from payments.services.attempts import note_decline

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from payments.gateways.base import Gateway, News


def look(news: News, *, gateway: Gateway, at: datetime) -> Found:
    """Ask about the payment that the event names."""
    payment = payment_of(news)
    if payment is None:
        return Found(ours=False)
    if news.declined:
        note_decline(payment.customer, news.declined, at=at)
    found = ask_about(payment, gateway=gateway, at=at, hint=news.session_id)
    if found.status == PaymentStatus.UNKNOWN:
        raise StillUnknown(found.reference)
    return Found(ours=True, payment=found)


def payment_of(news: News) -> Payment | None:
    """Our row, by the ids that we wrote down ourselves, else by the reference that we gave to the provider.

    Whatever an event claims, the worst it can do is to make us look at one of our own payments.
    """
    ids = {"session_id": news.session_id, "intent_id": news.intent_id, "public_id": _uuid(news.reference)}
    rows = Payment.objects.select_related("customer", "used_method")
    found = (rows.filter(**{name: value}).first() for name, value in ids.items() if value)
    return next((payment for payment in found if payment is not None), None)


def claims(provider: str) -> Sequence[Claims]:
    """What payments say that they moved: the amount received, and the fee that the provider kept."""
    rows = Payment.objects.filter(provider=provider)
    return (
        claims_on(rows, tx="tx", source="charge_id", cents=F("received_cents")),
        claims_on(rows, tx="fee_tx", source="charge_id", cents=-F("fee_cents")),
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


SUBJECT: Final = Subject(
    heard={
        Provider.STRIPE: (
            "checkout.session.completed",
            "checkout.session.async_payment_succeeded",
            "checkout.session.async_payment_failed",
            "checkout.session.expired",
            "payment_intent.succeeded",
            "payment_intent.processing",
            "payment_intent.payment_failed",
            "payment_intent.canceled",
        ),
        Provider.PAYPAL: (
            "CHECKOUT.ORDER.APPROVED",
            "PAYMENT.CAPTURE.COMPLETED",
            "PAYMENT.CAPTURE.PENDING",
            "PAYMENT.CAPTURE.DENIED",
            "PAYMENT.CAPTURE.DECLINED",  # PayPal's pages use both names
        ),
    },
    look=look,
    claims=claims,
)
