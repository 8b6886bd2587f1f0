"""What each verb is told about the accounting document behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.clock import local_date
from ledger.services.settling import Heading

if TYPE_CHECKING:
    import datetime

    from ledger.kinds import Journal


@dataclass(frozen=True, slots=True)
class Piece:
    """The document of a posting: journal, wording, reference and date; and the key that makes it happen once."""

    journal: Journal
    label: str
    ref: str
    date: datetime.date
    key: str
    effective_on: datetime.date | None = None
    actor: str = ""

    def heading(self, fingerprint: str, *, at: datetime.datetime) -> Heading:
        return Heading(self.ref, self.date, self.effective_on or local_date(at), self.key, fingerprint, self.actor)
