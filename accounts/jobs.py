"""The work of accounts that the outbox does: ids in, one verb."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts import services
from accounts.gateways.vies import vies
from accounts.services.evidence import CHECK
from outbox.registry import job

if TYPE_CHECKING:
    from datetime import datetime


@job(CHECK)
def check_vat_number(*, customer_id: int, at: datetime) -> dict[str, str]:
    """One question. Silence is an answer that is kept; the hourly sweep asks again."""
    check = services.check_vat_number(customer_id, gateway=vies(), at=at)
    return {"outcome": check.outcome, "reason": check.reason} if check else {}
