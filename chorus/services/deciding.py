"""What staff decide about a document that did not leave: send it all the same, hold it back, send it again, never."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from chorus.locks import lock_submission
from chorus.models import Submission
from chorus.services.preparing import NEVER_LEFT, judge, turn
from chorus.states import HeldWhy, SubmissionState
from chorus.transitions import move

if TYPE_CHECKING:
    from datetime import datetime

    from django_stubs_ext import StrOrPromise

RELEASED: Final = frozenset({HeldWhy.PAID_BEFORE, HeldWhy.CREDITED_BEFORE, HeldWhy.STAFF})
"""The reasons that staff may decide about; the others end by themselves, or never."""


class CannotDecide(ValueError):
    """The document is not where that may be decided. Nothing changed; `words` say why, for people."""

    def __init__(self, words: StrOrPromise) -> None:
        super().__init__(str(words))
        self.words = words


def release(submission_id: int, *, allowed_by: str, at: datetime) -> Submission:
    """Send a document that is held back all the same, for its full amount (A1). Who allowed it is kept.

    What it lacks it still has to get; another environment and an invalid file are never allowed. One that staff held
    back for a reason of their own is looked at anew: money or a credit note that came meanwhile is asked about first,
    and it stays held back for that. Raises CannotDecide.
    """
    with transaction.atomic():
        submission = lock_submission(submission_id)
        if submission.state != SubmissionState.HELD or submission.held_why not in RELEASED:
            raise CannotDecide(_("This document is not held back for a decision."))
        if submission.held_why != HeldWhy.STAFF:
            submission.allowed_by = allowed_by
        turn(submission, judge(submission, at=at), at=at, actor=allowed_by)
        return submission


def hold(submission_id: int, *, actor: str, at: datetime) -> Submission:
    """Keep a document from leaving until staff release it. Raises CannotDecide when it left, or is leaving now."""
    with transaction.atomic():
        submission = lock_submission(submission_id)
        if submission.state == SubmissionState.HELD and submission.held_why == HeldWhy.STAFF:
            return submission
        if submission.state not in NEVER_LEFT:
            raise CannotDecide(_("This document is not with us any more."))
        submission.missing, submission.held_why = [], HeldWhy.STAFF
        if submission.state == SubmissionState.HELD:
            submission.save(update_fields=["missing", "held_why"])
        else:
            move(submission, SubmissionState.HELD, at=at, actor=actor)
        return submission


def withdraw(submission_id: int, *, actor: str, why: str, at: datetime) -> Submission:
    """Never send this document. Twice is once. Raises CannotDecide when it left, or is leaving now."""
    with transaction.atomic():
        submission = lock_submission(submission_id)
        if submission.state == SubmissionState.WITHDRAWN:
            return submission
        if submission.state not in NEVER_LEFT:
            raise CannotDecide(_("This document is not with us any more."))
        submission.missing, submission.held_why, submission.dealt_at = [], "", at
        move(submission, SubmissionState.WITHDRAWN, at=at, actor=actor, comment=why)
        return submission


def resend(submission_id: int, *, actor: str, at: datetime) -> Submission:
    """Send a document that Chorus Pro did not take in again, with the same number: it is not there.

    It leaves at the next turn, if nothing is missing. Raises CannotDecide.
    """
    with transaction.atomic():
        submission = lock_submission(submission_id)
        if submission.state != SubmissionState.REJECTED:
            raise CannotDecide(_("Chorus Pro did not refuse this document on entry."))
        submission.dealt_at = at
        turn(submission, judge(submission, at=at), at=at, actor=actor)
        return submission
