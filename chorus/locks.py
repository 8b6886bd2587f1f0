"""Locks of submissions. Order: customer, account, invoice, payment, submission."""

from __future__ import annotations

from chorus.models import CashingCursor, Pace, Structure, Submission


def lock_submission(submission_id: int) -> Submission:
    """Lock a submission until the end of the transaction; returns it as it is now, with its document and customer."""
    found = Submission.objects.select_for_update(of=("self",)).select_related("invoice__customer")
    return found.get(pk=submission_id)


def lock_structure(structure_id: int) -> Structure:
    """Lock what is known of a structure until the end of the transaction; nothing else is locked after it."""
    return Structure.objects.select_for_update().get(pk=structure_id)


def lock_pace(environment: str) -> Pace:
    """Lock how calls to that Chorus Pro are going; made on first use. Nothing else is locked after it."""
    Pace.objects.get_or_create(environment=environment)
    return Pace.objects.select_for_update().get(environment=environment)


def lock_cashing_cursor() -> CashingCursor:
    """Lock how far payment events are written; made on first use. Nothing else is locked after it."""
    CashingCursor.objects.get_or_create(pk=1)
    return CashingCursor.objects.select_for_update().get(pk=1)
