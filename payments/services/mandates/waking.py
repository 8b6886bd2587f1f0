"""Have the document of a mandate printed, with the change that made it true."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from outbox.services import enqueue

if TYPE_CHECKING:
    from datetime import datetime

    from payments.models import Mandate

PRINT: Final = "payments.print_mandate"


def wake_document(mandate: Mandate, *, at: datetime) -> None:
    """Ask for the document, once. In the transaction of the signature."""
    enqueue(PRINT, {"mandate_id": mandate.pk}, key=f"{PRINT}:{mandate.pk}", queue="documents", at=at)
