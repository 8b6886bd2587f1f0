"""Have a saved method looked at soon, with the change that is a reason to look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from outbox.services import enqueue
from payments.models import STANDING_DEBITS, CollectingRule, Debit, SavedMethod

if TYPE_CHECKING:
    from datetime import datetime

    from payments.models import Payment

ASK_METHOD: Final = "payments.ask_method"
REVIEW_CUSTOMER: Final = "payments.review_customer"


def wake_method(method: SavedMethod, why: str, *, at: datetime) -> None:
    """Ask for a look at it, once for each reason. In the transaction of the change."""
    enqueue(ASK_METHOD, {"method_id": method.pk}, key=f"{ASK_METHOD}:{method.pk}:{why}", at=at)


def wake_saved_by(payment: Payment, *, at: datetime) -> None:
    """The payment succeeded: what it was to save is looked at soon. In the transaction that says so."""
    for method in SavedMethod.objects.filter(payment=payment, object_id="").order_by("pk"):
        wake_method(method, "paid", at=at)


def wake_debits_of(customer_id: int, why: str, *, at: datetime) -> None:
    """Have the standing debits of a customer looked at soon, because money came. Once a reason; none without debits."""
    if not Debit.objects.filter(customer=customer_id, state__in=STANDING_DEBITS).exists():
        return
    enqueue(REVIEW_CUSTOMER, {"customer_id": customer_id}, key=f"{REVIEW_CUSTOMER}:{customer_id}:{why}", at=at)


def wake_collection_of(customer_id: int, why: str, *, at: datetime) -> None:
    """Have what a customer owes planned soon, because there is a new method to take it from. Once a reason."""
    if CollectingRule.objects.filter(customer=customer_id, is_on=True).exists():
        enqueue(REVIEW_CUSTOMER, {"customer_id": customer_id}, key=f"{REVIEW_CUSTOMER}:{customer_id}:{why}", at=at)
