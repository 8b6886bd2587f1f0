"""Who of staff deals with a document: take it, give it back. Nobody is kept from acting by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from chorus.locks import lock_submission
from chorus.services.deciding import CannotDecide

if TYPE_CHECKING:
    from accounts.models import User
    from chorus.models import Submission


def take(submission_id: int, *, by: User, over: bool = False) -> Submission:
    """Deal with a document. Raises CannotDecide when somebody else does, unless it is taken over."""
    with transaction.atomic():
        submission = lock_submission(submission_id)
        if submission.owner_id not in (None, by.pk) and not over:
            raise CannotDecide(
                _("%(name)s deals with it: take it over if that is agreed.") % {"name": submission.owner}
            )
        submission.owner = by
        submission.save(update_fields=["owner"])
        return submission


def give_back(submission_id: int, *, by: User) -> Submission:
    """Leave a document to others. Of one that somebody else took nothing changes."""
    with transaction.atomic():
        submission = lock_submission(submission_id)
        if submission.owner_id == by.pk:
            submission.owner = None
            submission.save(update_fields=["owner"])
        return submission
