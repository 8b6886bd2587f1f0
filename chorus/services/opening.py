"""Begin the submission of each issued document to a public body of France. One for each document, whoever begins it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction

from chorus.models import Submission
from chorus.services import telling
from chorus.services.preparing import judge
from chorus.states import SubmissionState
from chorus.transitions import note
from chorus.wiring import environment
from core.inserting import insert_new
from invoices.facturx import channel_of
from invoices.models import Invoice
from invoices.parties import Buyer
from invoices.states import Channel, InvoiceStatus

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

LOOKS_BACK: Final = timedelta(days=40)
"""How far each turn looks for documents without a submission; the command, and the self-check, look at all."""


def open_submissions(
    *, at: datetime, invoice_ids: Sequence[int] | None = None, since: datetime | None = None
) -> list[Submission]:
    """Begin the submissions that are missing: of these documents, or of all that were issued since then.

    Each is born where it stands: waiting for a reference, held back, or ready. Twice is once. Returns the new ones.
    """
    found = Invoice.objects.all() if invoice_ids is None else Invoice.objects.filter(pk__in=invoice_ids)
    if since is not None:
        found = found.filter(issued_at__gte=since)
    return [begun for invoice in without_submission(found) if (begun := _begin(invoice, at=at)) is not None]


def without_submission(invoices: QuerySet[Invoice]) -> Iterator[Invoice]:
    """The issued ones of them that go by Chorus Pro and have no submission yet, in the order of their issue."""
    found = invoices.filter(status=InvoiceStatus.ISSUED, submission__isnull=True, buyer__kind="PUBLIC")
    for invoice in found.select_related("customer", "original").order_by("issued_at", "pk"):
        if channel_of(Buyer.thawed(invoice.buyer)) is Channel.CHORUS:
            yield invoice


def leave_out(*, before: datetime, why: str, at: datetime) -> int:
    """Withdraw the documents issued before that have no submission yet: they reached their buyers by another way."""
    left = [
        Submission(
            invoice=invoice,
            environment=environment(),
            state=SubmissionState.WITHDRAWN,
            state_at=at,
            problem=why,
            created_at=at,
        )
        for invoice in without_submission(Invoice.objects.filter(issued_at__lt=before))
    ]
    return len(insert_new(left, unique=["invoice"])) if left else 0


def _begin(invoice: Invoice, *, at: datetime) -> Submission | None:
    submission = Submission(invoice=invoice, environment=environment(), state_at=at, created_at=at)
    verdict = judge(submission, at=at)
    submission.state = verdict.state
    submission.missing, submission.held_why = verdict.missing, verdict.held_why
    with transaction.atomic():
        if not insert_new([submission], unique=["invoice"]):
            return None
        note(submission, verdict.state, at=at, comment=verdict.comment)
        if verdict.state == SubmissionState.WAITING_REFERENCES:
            telling.waiting(submission, at)
    return submission
