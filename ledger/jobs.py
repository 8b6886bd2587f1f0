"""The work of the ledger that the outbox does: ids in, one verb."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.verification import verify
from outbox.registry import job

if TYPE_CHECKING:
    from datetime import datetime

VERIFY = "ledger.verify"


@job(VERIFY, attempts=3)
def verify_books(*, at: datetime) -> dict[str, object]:
    """Ask every question to the books, the whole chain and all closings; the result names what is broken."""
    broken = {verdict.name: verdict.broken for verdict in verify(whole=True) if not verdict.ok}
    return {"ok": not broken, "broken": broken}
