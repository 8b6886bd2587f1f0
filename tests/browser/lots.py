"""A document of the town hall that its buyer suspended, in the world that the browser visits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse

from chorus.models import Submission
from chorus.states import SubmissionState
from chorus.tests.customer_desk import standing

if TYPE_CHECKING:
    from datetime import datetime

    from invoices.models import Invoice


def keep_suspended(invoice: Invoice, now: datetime) -> Submission:
    """It is in Chorus Pro, and its buyer waits for an answer."""
    return standing(
        invoice,
        SubmissionState.INTEGRATED,
        chorus_status="SUSPENDUE",
        chorus_status_at=now,
        chorus_comment="Bon de livraison manquant",
    )


def beside_the_list() -> str:
    """The list of what waits, with a document open."""
    return f"{reverse('staff:chorus')}?lot=suspendues&document={_suspended().pk}"


def page_of_one() -> str:
    """The page of that document."""
    return reverse("staff:chorus_document", args=[_suspended().pk])


def _suspended() -> Submission:
    return Submission.objects.filter(chorus_status="SUSPENDUE").order_by("pk")[0]
