"""What the customer is written about mandates. No mail bears an account number: four digits name it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.urls import reverse

from accounts.notify import notify
from payments.models import MandateState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from payments.models import Mandate

_KINDS: Final[Mapping[MandateState, str]] = {
    MandateState.REVOKED: "mandate.revoked",
    MandateState.REFUSED: "mandate.refused",
    MandateState.LAPSED: "mandate.lapsed",
}


def tell_signed(mandate: Mandate, *, at: datetime) -> None:
    """Write that a mandate is signed, with the address of its document: whoever signed, its owner knows."""
    pdf = settings.SITE_URL + reverse("payments:mandate_pdf", args=[mandate.public_id])
    context = _context(mandate) | {"pdf": pdf, "replaced": mandate.replaces}
    notify(mandate.customer, "mandate.signed", context, key=f"mandate:{mandate.public_id}:signed", at=at)


def tell_ended(mandate: Mandate, *, at: datetime) -> None:
    """Write that nothing is debited under this mandate any more, and why."""
    kind = _KINDS[MandateState(mandate.state)]
    notify(mandate.customer, kind, _context(mandate), key=f"mandate:{mandate.public_id}:{kind}", at=at)


def _context(mandate: Mandate) -> dict[str, Any]:
    return {"mandate": mandate, "page": settings.SITE_URL + reverse("payments:methods")}
