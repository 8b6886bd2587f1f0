"""Documents of the town hall at Chorus Pro: one waits for a reference, one is suspended by its buyer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from chorus.models import LifecycleEvent, Source, Submission
from chorus.services.attaching import attach
from chorus.services.completing import Piece
from chorus.states import Missing, SubmissionState
from chorus.tests.customer_desk import stands
from invoices.tests.making import issued

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Customer

_WORDS = "Bon de livraison manquant"


def keep_submissions(town_hall: Customer, now: datetime) -> None:
    """Both, with a timeline."""
    days = [now - timedelta(days=day) for day in (9, 8, 7, 3)]
    waits = stands(town_hall, SubmissionState.READY, of=issued(town_hall, at=now))
    attach(waits.pk, Piece("commande-12.pdf", b"%PDF-1.7 order"), by="mairie@example.org", at=now)
    waits.refresh_from_db()
    waits.state, waits.missing = SubmissionState.WAITING_REFERENCES, [Missing.ENGAGEMENT.value]
    waits.save()
    _happened(waits, Source.PORTAL, "WAITING_REFERENCES", now)
    there = stands(
        town_hall,
        SubmissionState.INTEGRATED,
        of=issued(town_hall, at=now, engagement_number="2026/EJ-77"),
        state_at=days[1],
        created_at=days[0],
        chorus_status="SUSPENDUE",
        chorus_status_at=days[3],
        chorus_comment=_WORDS,
        available_at=days[2],
        suspended_at=days[3],
        checked_at=now,
    )
    _happened(there, Source.PORTAL, "DEPOSITED", days[0])
    _happened(there, Source.PORTAL, "INTEGRATED", days[1])
    _happened(there, Source.CHORUS, "MISE_A_DISPOSITION", days[2])
    _happened(there, Source.CHORUS, "SUSPENDUE", days[3], _WORDS)


def submission_that_is(state: SubmissionState) -> Submission:
    """The one in that state."""
    return Submission.objects.select_related("invoice").filter(state=state).latest("pk")


def _happened(submission: Submission, source: Source, code: str, at: datetime, comment: str = "") -> None:
    LifecycleEvent.objects.create(
        invoice=submission.invoice, source=source, code=code, at=at, comment=comment, recorded_at=at
    )
