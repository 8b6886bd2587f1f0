"""Questions about disputes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from ledger import selectors as ledger
from ledger.kinds import ItemKind
from payments.models import OPEN_DISPUTES, Dispute, DisputeEvent, DisputeStatus, FraudWarning

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Customer
    from core.money import Money
    from payments.models import Payment


@dataclass(frozen=True, slots=True)
class OpenAgain:
    """A document that a dispute opened again: its name for people, and what is still open of it."""

    name: str
    amount: Money


def open_dispute_of(customer: Customer) -> Dispute | None:
    """The oldest open dispute of this customer that took money or keeps it aside; None when there is none.

    While there is one, nothing else of that customer is refunded: the bank may take it back as well.
    """
    return open_disputes(customer).exclude(status=DisputeStatus.WARNING, freezes=False).first()


def has_money_in_dispute(customer_id: int) -> bool:
    """Whether `open_dispute_of` that customer is one."""
    held = Dispute.objects.filter(customer=customer_id, status__in=OPEN_DISPUTES)
    return held.exclude(status=DisputeStatus.WARNING, freezes=False).exists()


def has_open_dispute(customer: Customer) -> bool:
    """Whether nothing may be debited by itself: a dispute or an inquiry is open, or a fraud warning waits for staff."""
    return open_disputes(customer).exists() or unhandled_warnings(customer).exists()


def unhandled_warnings(customer: Customer) -> QuerySet[FraudWarning]:
    """The fraud warnings about payments of a customer that wait for staff."""
    return FraudWarning.objects.filter(payment__customer=customer, handled_at__isnull=True)


def open_disputes(customer: Customer) -> QuerySet[Dispute]:
    """The disputes and inquiries of a customer that are not decided, oldest first."""
    return Dispute.objects.filter(customer=customer, status__in=OPEN_DISPUTES).order_by("opened_at", "pk")


def provider_of_dispute(dispute_id: int) -> str:
    """Whose dispute it is. Raises Dispute.DoesNotExist."""
    return Dispute.objects.values_list("provider", flat=True).get(pk=dispute_id)


def disputes_of(customer: Customer) -> QuerySet[Dispute]:
    """The disputes of a customer, newest first."""
    return Dispute.objects.filter(customer=customer).order_by("-opened_at", "-pk")


def latest_dispute_of(payment: Payment) -> Dispute | None:
    """The newest dispute of a payment that its customer was told of."""
    return Dispute.objects.filter(payment=payment).exclude(told="").order_by("-opened_at", "-pk").first()


def disputes_to_answer(*, before: datetime | None = None) -> QuerySet[Dispute]:
    """The disputes that wait for our evidence, the first due first; `before`: those due by then."""
    waiting = Dispute.objects.filter(status__in=OPEN_DISPUTES, answerable=True, evidence_sent_at__isnull=True)
    due = Q(due_at__lte=before) if before else Q()
    return waiting.filter(due).order_by(F("due_at").asc(nulls_last=True), "pk")


def disputes_to_look_at() -> QuerySet[Dispute]:
    """The disputes of which something could not be understood or booked."""
    return Dispute.objects.exclude(attention="").order_by("pk")


def history_of_dispute(dispute: Dispute) -> QuerySet[DisputeEvent]:
    """The steps of a dispute, in order."""
    return DisputeEvent.objects.filter(dispute=dispute).select_related("actor").order_by("pk")


def open_again(dispute: Dispute) -> list[OpenAgain]:
    """The documents of this customer that the dispute opened and that are still to pay."""
    wanted = set(dispute.items.values_list("document_ref", flat=True))
    return [
        OpenAgain(document_name(item), item.open)
        for item in ledger.open_items(dispute.customer_id)
        if item.document_ref in wanted
    ]


def document_name(item: ledger.OpenItemView) -> str:
    """What people call something to pay: the number of the invoice; a payment taken back has none."""
    return _("Reversed payment") if item.kind == ItemKind.REVERSED_PAYMENT else item.document_ref
