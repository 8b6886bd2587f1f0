"""Give a document that did not leave the reference that it lacks. It then leaves by itself, with its number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from chorus.models import Submission
from chorus.services.deciding import CannotDecide
from chorus.services.preparing import NEVER_LEFT, reconsider
from invoices.models import ROUTING_LENGTHS
from invoices.services import set_references

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

FIELDS: Final = tuple(ROUTING_LENGTHS)


def mend(submission_id: int, references: Mapping[str, str], *, actor: str, at: datetime) -> Submission:
    """Write these references on the document (those not given stay), and look at it again.

    What Chorus Pro refused goes again when its references changed. Raises BadReferences; CannotDecide when it is not
    with us any more: then it is recycled, or completed, there.
    """
    submission = Submission.objects.select_related("invoice").get(pk=submission_id)
    if submission.state not in NEVER_LEFT:
        raise CannotDecide(_("This document is not with us any more."))
    wanted = {name: references.get(name, getattr(submission.invoice, name)) for name in FIELDS}
    set_references(submission.invoice, **wanted, at=at, actor=actor)
    reconsider(submission_id, at=at)
    return Submission.objects.select_related("invoice").get(pk=submission_id)
