"""Give an issued document the references that its buyer requires. It leaves by itself then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction

from chorus.locks import lock_submission
from chorus.models import Source
from chorus.services.preparing import NEVER_LEFT, reconsider
from chorus.transitions import note
from invoices.services import set_references

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from chorus.models import Submission

GIVEN: Final = "REFERENCES"


class AlreadySent(ValueError):
    """The document is in Chorus Pro, or on its way there: its references are those that it left with."""


def give_references(
    submission: Submission, references: Mapping[str, str], *, by: str, source: Source, at: datetime
) -> Submission:
    """Save the references of a document that did not leave yet, and let it leave when nothing is missing any more.

    Returns the submission as it is then. Raises AlreadySent, BadReferences: nothing is saved.
    """
    with transaction.atomic():
        set_references(submission.invoice, **references, actor=by, at=at)
        locked = lock_submission(submission.pk)
        if locked.state not in NEVER_LEFT:
            raise AlreadySent(str(locked))
        note(locked, GIVEN, source=source, actor=by, at=at)
    reconsider(submission.pk, at=at)
    submission.refresh_from_db()
    return submission
