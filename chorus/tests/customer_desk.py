"""Documents of the town hall, standing anywhere in their life with Chorus Pro."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chorus.models import Submission
from chorus.states import Environment, SubmissionState
from invoices.tests.making import issued
from tests.support.cast import NOON

if TYPE_CHECKING:
    from accounts.models import Customer
    from invoices.models import Invoice


def stands(customer: Customer, state: SubmissionState, *, of: Invoice | None = None, **columns: Any) -> Submission:
    """An issued invoice of that customer, or the one given, and its submission in that state."""
    return standing(of or issued(customer), state, **columns)


def standing(invoice: Invoice, state: SubmissionState, **columns: Any) -> Submission:
    """The submission of an issued document, in that state."""
    if state in (SubmissionState.INTEGRATED, SubmissionState.FINISHED):
        columns.setdefault("chorus_id", 7_000_000 + invoice.pk)
    values = {"environment": Environment.SIMULATOR, "state_at": NOON, "created_at": NOON, **columns}
    return Submission.objects.update_or_create(invoice=invoice, defaults={"state": state, **values})[0]
