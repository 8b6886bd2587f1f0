"""What a provider says by itself of a mandate that it keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.mandate_transitions import ACTIVE, REFUSED
from payments.models import ONLINE, Mandate
from payments.services.mandates.ending import end_mandate

if TYPE_CHECKING:
    from datetime import datetime

    from payments.gateways.base import Gateway


def follow_mandate(mandate_id: int, *, gateway: Gateway, at: datetime) -> Mandate:
    """Read the mandate at its provider; one that is no longer active there is not debited here. Raises Unsure."""
    mandate = Mandate.objects.get(pk=mandate_id)
    if mandate.state != ACTIVE or mandate.through not in ONLINE:
        return mandate
    known = gateway.read_mandate(mandate.object_id)
    if known is not None and known.is_active:
        return mandate
    return end_mandate(mandate_id, REFUSED, reason="inactive at the provider", at=at)
