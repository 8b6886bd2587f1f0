"""What waits for a person about bank lines."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from bank import selectors as bank
from billing_portal.staff.queues import Queue, size

if TYPE_CHECKING:
    from datetime import datetime


def bank_queues(*, at: datetime) -> list[Queue]:
    """Lines that nobody decided about: their money rests on 471000."""
    return [
        Queue(
            _("Bank lines to reconcile"),
            _("money came or left, and nobody said whose it is: it rests on 471000"),
            *size(bank.lines_left(), "line__statement__file__imported_at"),
            timedelta(days=2),
            _("Reconcile"),
            reverse("staff:reconcile"),
            at,
        )
    ]
