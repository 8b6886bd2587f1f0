"""Locks of submissions. Order: customer, account, invoice, payment, submission."""

from __future__ import annotations

from chorus.models import Submission


def lock_submission(submission_id: int) -> Submission:
    """Lock a submission until the end of the transaction; returns it as it is now, with its document and customer."""
    found = Submission.objects.select_for_update(of=("self",)).select_related("invoice__customer")
    return found.get(pk=submission_id)
