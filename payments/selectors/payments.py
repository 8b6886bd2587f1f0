"""Questions about payments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from payments.models import (
    LIVE,
    ONLINE,
    Dispute,
    Method,
    Payment,
    PaymentEvent,
    PaymentStatus,
    Purpose,
    Refund,
    WebhookEvent,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from accounts.models import Customer


class Truth(StrEnum):
    """What a customer is told about a payment. There are three, and no fourth."""

    CREDITED = "CREDITED"
    CHECKING = "CHECKING"
    NOT_CHARGED = "NOT_CHARGED"


_TRUTHS: Final[Mapping[str, Truth]] = {
    PaymentStatus.CREATED: Truth.CHECKING,
    PaymentStatus.SENT: Truth.CHECKING,
    PaymentStatus.UNKNOWN: Truth.CHECKING,
    PaymentStatus.PENDING: Truth.CHECKING,
    PaymentStatus.OPEN: Truth.NOT_CHARGED,
    PaymentStatus.REFUSED: Truth.NOT_CHARGED,
    PaymentStatus.ABANDONED: Truth.NOT_CHARGED,
    PaymentStatus.SUCCEEDED: Truth.CREDITED,
}
_UNSURE = (PaymentStatus.SENT, PaymentStatus.PENDING, PaymentStatus.UNKNOWN)
_MAY_BE_PAID = (PaymentStatus.SENT, PaymentStatus.UNKNOWN)
_OF_WHAT_IS_DUE = (Purpose.PAY_DUE, Purpose.COLLECT)


def truth(payment: Payment) -> Truth:
    """Credited, being checked, or not charged."""
    return _TRUTHS[payment.status]


def get_payment(customer: Customer, public_id: UUID) -> Payment:
    """A payment of that customer, with its customer. Raises Payment.DoesNotExist, also for another customer's.

    `has_refunds` and `has_disputes` say whether there are some to ask for.
    """
    refunds, disputes = (model.objects.filter(payment=OuterRef("pk")) for model in (Refund, Dispute))
    found = Payment.objects.annotate(has_refunds=Exists(refunds), has_disputes=Exists(disputes))
    return found.select_related("customer").get(customer=customer, public_id=public_id)


def provider_of(payment_id: int) -> str:
    """Whose page a payment is. Raises Payment.DoesNotExist."""
    return Payment.objects.values_list("provider", flat=True).get(pk=payment_id)


def provider_of_event(event_id: int) -> str:
    """Who told an event. Raises WebhookEvent.DoesNotExist."""
    return WebhookEvent.objects.values_list("provider", flat=True).get(pk=event_id)


def payments_of(customer: Customer) -> QuerySet[Payment]:
    """The payments of a customer, newest first."""
    return Payment.objects.filter(customer=customer).order_by("-created_at", "-pk")


def standing_in_the_way(customer: Customer) -> Payment | None:
    """The payment that a new one might double: one of what is due, or one whose outcome is not known. Newest first.

    An open page for a top-up of choice is in nobody's way.
    """
    doubling = Q(purpose__in=_OF_WHAT_IS_DUE, status__in=LIVE) | Q(status__in=_UNSURE)
    return payments_of(customer).filter(doubling).first()


def in_the_way_of_a_debit(customer_id: int) -> Payment | None:
    """The payment that must be decided before a debit begins: one of what is due, or one that may have been made.

    A top-up that waits for its bank is counted as money on its way in, and is in nobody's way.
    """
    return Payment.objects.filter(doubling(), customer=customer_id).order_by("-created_at", "-pk").first()


def doubling() -> Q:
    """The payments that must be decided before a debit of their customer begins."""
    return Q(purpose__in=_OF_WHAT_IS_DUE, status__in=LIVE) | Q(status__in=_MAY_BE_PAID)


def being_checked(customer: Customer) -> Payment | None:
    """The payment of unknown outcome to tell the customer about, newest first."""
    return payments_of(customer).filter(status__in=_UNSURE).first()


def checks_for(customer_column: str) -> Exists:
    """Whether `being_checked` has an answer for the customer of a row of another query: without a query of its own."""
    return Exists(Payment.objects.filter(customer=OuterRef(customer_column), status__in=_UNSURE))


def payments_to_ask_about(*, at: datetime) -> QuerySet[Payment]:
    """The payments whose turn it is to be asked about, oldest first. Our bank is not asked: it sends files."""
    return Payment.objects.filter(ask_at__lte=at, provider__in=ONLINE).order_by("ask_at", "pk")


def history_of(payment: Payment) -> QuerySet[PaymentEvent]:
    """The steps of a payment, in order."""
    return PaymentEvent.objects.filter(payment=payment).order_by("pk")


def payments_that_differ() -> QuerySet[Payment]:
    """The payments that received something else than was asked and that nobody has looked at yet, newest first."""
    received = Payment.objects.exclude(received_cents=None).exclude(received_cents=F("amount_cents"))
    return received.filter(amount_review=None).order_by("-pk")


def stuck_payments(*, at: datetime) -> QuerySet[Payment]:
    """The payments that are undecided for more than PAYMENT_STUCK_DAYS, oldest first. Debits of banks take longer."""
    late = at - timedelta(days=settings.PAYMENT_STUCK_DAYS)
    stuck = Payment.objects.filter(status__in=LIVE, ask_at__isnull=False, created_at__lt=late)
    return stuck.exclude(method=Method.SEPA, status=PaymentStatus.PENDING).order_by("pk")


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One line of a list of payments, for pages of other apps."""

    reference: str
    public_id: UUID
    status: str
    status_words: str
    amount_cents: int
    created_at: datetime
