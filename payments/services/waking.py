"""Have a saved method looked at soon, with the change that is a reason to look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from outbox.services import enqueue
from payments.models import SavedMethod

if TYPE_CHECKING:
    from datetime import datetime

    from payments.models import Payment

ASK_METHOD: Final = "payments.ask_method"


def wake_method(method: SavedMethod, why: str, *, at: datetime) -> None:
    """Ask for a look at it, once for each reason. In the transaction of the change."""
    enqueue(ASK_METHOD, {"method_id": method.pk}, key=f"{ASK_METHOD}:{method.pk}:{why}", at=at)


def wake_saved_by(payment: Payment, *, at: datetime) -> None:
    """The payment succeeded: what it was to save is looked at soon. In the transaction that says so."""
    for method in SavedMethod.objects.filter(payment=payment, object_id="").order_by("pk"):
        wake_method(method, "paid", at=at)
